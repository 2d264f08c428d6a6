package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

final class ReceivedTest {
    private static final int FRAME = 16 * 1024;

    private final Received received = new Received();

    private static Buffer frame(int value) {
        return Buffer.buffer(new byte[FRAME]).setByte(0, (byte) value);
    }

    @Test
    void bytesThatComeOneByOneAreKeptInFewPieces() {
        for (int i = 0; i < 4 * FRAME; i++) {
            received.add(Buffer.buffer(new byte[] {(byte) i}));
        }

        assertThat(received.pieces()).isLessThan(10);
        assertThat(received.take(4 * FRAME).getByte(3 * FRAME + 7)).isEqualTo((byte) 7);
        assertThat(received.length()).isZero();
    }

    @Test
    void whatLiesInOnePieceIsNotCopied() {
        Buffer second = frame(2);
        received.add(frame(1));
        received.add(second);
        received.skip(FRAME);

        Buffer taken = received.take(10);
        second.setByte(0, (byte) 3);

        assertThat(taken.getByte(0)).isEqualTo((byte) 3);
    }

    @Test
    void whatHasBeenTakenIsNeverWrittenToAgain() {
        received.add(frame(1));
        received.add(Buffer.buffer("ab"));
        received.skip(FRAME);
        Buffer taken = received.take(2);

        received.add(Buffer.buffer("c"));

        assertThat(taken.appendString("x").toString()).isEqualTo("abx");
        assertThat(received.take(1).toString()).isEqualTo("c");
    }
}
