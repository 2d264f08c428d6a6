package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long senders stand still. */
final class StreamStallsTest {
    private static final int WINDOW = EndpointPair.WINDOW;

    private final EndpointPair pair = new EndpointPair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void howLongASenderStoodStillIsCountedWhenItGoesOnByDirection() {
        StreamStalls stalls = StreamStalls.of(pair.vertx);
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        long began = System.nanoTime();
        pair.initiator.run(() -> here.write("all", Buffer.buffer("x".repeat(WINDOW))));
        pair.settle();
        assertThat(stalls.requestSeconds()).isZero();

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("drain"));

        double most = (System.nanoTime() - began) / 1e9;
        assertThat(stalls.requestSeconds()).isPositive().isLessThanOrEqualTo(most);
        assertThat(stalls.responseSeconds()).isZero();
    }

    @Test
    void whoseStreamIsBrokenOffStandsStillNoLonger() {
        StreamStalls stalls = StreamStalls.of(pair.vertx);
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.acceptor.run(() -> there.write("more", Buffer.buffer("x".repeat(WINDOW + 1))));

        pair.initiator.run(() -> here.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.assertNothingLeft();

        assertThat(stalls.responseSeconds()).isPositive();
        assertThat(stalls.requestSeconds()).isZero();
    }

    @Test
    void whoHasSentAllStandsStillNoLonger() {
        StreamStalls stalls = StreamStalls.of(pair.vertx);
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x".repeat(WINDOW)));
            here.stream.outbound().end();
        });
        pair.acceptor.until(() -> there.saw("end"));
        double counted = stalls.requestSeconds();

        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(stalls.requestSeconds()).isEqualTo(counted);
    }
}
