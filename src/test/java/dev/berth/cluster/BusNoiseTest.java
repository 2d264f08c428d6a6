package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BusNoiseTest {
    private static IllegalStateException thrown(String message, String by) {
        IllegalStateException failure = new IllegalStateException(message);
        failure.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("io.vertx.core.Promise", "fail", "Promise.java", 104),
            new StackTraceElement(by, "writeMessage", "X.java", 86)
        });
        return failure;
    }

    @Test
    void onlyAMessageThatTheBusFailsTwiceIsNoise() {
        String bus = "io.vertx.core.eventbus.impl.clustered.OutboundConnection";

        assertThat(BusNoise.isNoise(thrown("Promise already completed", bus))).isTrue();
        assertThat(BusNoise.isNoise(thrown("Promise already completed", "dev.berth.registry.Outbox")))
                .isFalse();
        assertThat(BusNoise.isNoise(thrown("another", bus))).isFalse();
        assertThat(BusNoise.isNoise(new IllegalStateException())).isFalse();
    }
}
