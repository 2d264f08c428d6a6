package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.ClusterConfig;
import dev.berth.config.ConfigException;
import dev.berth.config.ConfigLoader;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** A name may stand for an address that is none to bind to, or to tell others. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ::1     | cluster.host = node: must have an IPv4 address; it has 0:0:0:0:0:0:0:1
                    0.0.0.0 | cluster.publicHost = none: must be given with cluster.host = node: the address that other nodes reach this one by
                    192.0.2.7 | cluster.host = node: must be the address of an interface of this machine
                    """)
    void nameThatStandsForAnAddressOfNoUseIsToldByItsSetting(String address, String line) throws Exception {
        InetAddress bind = InetAddress.getByName(address);

        assertThatThrownBy(() -> ClusterStart.checkAddress(node(), bind))
                .isInstanceOf(ConfigException.class)
                .hasMessage(line);
    }

    private static ClusterConfig node() {
        return ConfigLoader.load(
                        null,
                        Map.of(),
                        Map.of(
                                "cluster.enabled", "true",
                                "cluster.members", "node",
                                "cluster.host", "node",
                                "cluster.insecure", "true"))
                .config()
                .cluster();
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
