package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.BusCodecs;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams whose every frame goes through its wire form, as between nodes. */
final class StreamOverWireTest {
    private final EndpointPair pair = new EndpointPair(
            EndpointPair.config(Duration.ofMillis(20), Duration.ofSeconds(10)),
            vertx -> BusCodecs.registerOnce(vertx, new ThroughWire()));

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void bytesNotesAndEndsArriveAsTheyWereSent() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        String much = "0123456789".repeat(50_000);

        pair.initiator.run(() -> {
            here.stream.note("n");
            here.stream.outbound().write(Buffer.buffer(much.substring(0, 200_000)));
            here.stream.outbound().write(Buffer.buffer(much.substring(200_000, 250_000)));
            here.stream.outbound().end();
        });
        pair.acceptor.until(() -> there.saw("end"));
        pair.initiator.until(() -> !pair.bus.sent(Frame.Pong.class).isEmpty());
        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(there.text()).isEqualTo(much.substring(0, 250_000));
        assertThat(there.signals()).containsExactly("note n", "end");
        pair.assertNothingLeft();
    }

    @Test
    void aCancelArrivesWithItsCode() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.initiator.run(() -> here.stream.cancel(ErrorCode.CALL_TIMEOUT.exception()));
        pair.acceptor.until(() -> there.saw("failure CALL_TIMEOUT"));

        pair.assertNothingLeft();
    }

    private static final class ThroughWire implements MessageCodec<Envelope, Envelope> {
        private final FrameCodec codec = new FrameCodec(Clock.systemUTC());

        @Override
        public void encodeToWire(Buffer buffer, Envelope envelope) {
            codec.encodeToWire(buffer, envelope);
        }

        @Override
        public Envelope decodeFromWire(int position, Buffer buffer) {
            return codec.decodeFromWire(position, buffer);
        }

        @Override
        public Envelope transform(Envelope envelope) {
            Buffer wire = Buffer.buffer();
            encodeToWire(wire, envelope);
            return decodeFromWire(0, wire);
        }

        @Override
        public String name() {
            return codec.name();
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
