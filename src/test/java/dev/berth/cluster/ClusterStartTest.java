package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.ConfigException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ClusterStartTest {
    static List<IOException> taken() {
        Epoll.ensureAvailability();
        int addressInUse = -98;
        return List.of(
                new Errors.NativeIoException("bind(..)", addressInUse), new BindException("Address already in use"));
    }

    @ParameterizedTest
    @MethodSource("taken")
    void portOfTheBusThatIsTakenMeanwhileIsToldByItsSetting(IOException failure) {
        assertThat(ClusterStart.ofJoining(failure, Duration.ZERO, 5702, "10.0.0.1"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("cluster.busPort = 5702: must be a port that is free on cluster.host = 10.0.0.1:"
                        + " Address already in use");
    }

    @Test
    void whateverElseFailsIsToldAsItIs() {
        IOException failure = new IOException("Connection reset by peer");

        assertThat(ClusterStart.ofJoining(failure, Duration.ZERO, 5702, "10.0.0.1"))
                .isSameAs(failure);
    }

    @Test
    void joinThatWasRefusedIsToldFromOneThatTookTooLong() {
        IllegalStateException failure = new IllegalStateException("Node failed to start!");

        assertThat(ClusterStart.ofJoining(failure, Duration.ofSeconds(6), 5702, "10.0.0.1"))
                .hasMessageContaining("a member refuses this node");
        assertThat(ClusterStart.ofJoining(failure, Duration.ofSeconds(61), 5702, "10.0.0.1"))
                .hasMessageContaining("did not let this node in within 60 s");
    }
}
