package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

final class LogDemultiplexerTest {
    private final StringBuilder stdout = new StringBuilder();
    private final StringBuilder stderr = new StringBuilder();

    private LogDemultiplexer demultiplexer() {
        return new LogDemultiplexer(
                (stream, bytes) -> (stream == LogDemultiplexer.STDOUT ? stdout : stderr).append(bytes));
    }

    @Test
    void streamsAreToldApartHoweverTheyAreCut() {
        Buffer wire = Buffer.buffer()
                .appendBuffer(frame(1, "first "))
                .appendBuffer(frame(2, "error"))
                .appendBuffer(frame(1, ""))
                .appendBuffer(frame(0, "typed"))
                .appendBuffer(frame(1, "second"));
        for (int first = 0; first <= wire.length(); first++) {
            for (int second = first; second <= wire.length(); second++) {
                LogDemultiplexer demultiplexer = demultiplexer();
                demultiplexer.feed(wire.getBuffer(0, first));
                demultiplexer.feed(wire.getBuffer(first, second));
                demultiplexer.feed(wire.getBuffer(second, wire.length()));
                assertThat(stdout.toString())
                        .as("cut at %d and %d", first, second)
                        .isEqualTo("first second");
                assertThat(stderr.toString()).isEqualTo("error");
                stdout.setLength(0);
                stderr.setLength(0);
            }
        }
    }

    @Test
    void piecesOwnTheirBytes() {
        Buffer wire = frame(1, "mine");
        Buffer[] seen = new Buffer[1];
        new LogDemultiplexer((stream, bytes) -> seen[0] = bytes).feed(wire);
        wire.setString(8, "lost");
        assertThat(seen[0]).hasToString("mine");
    }

    @Test
    void beginningOfABigFrameIsHandedOnAtOnce() {
        Buffer wire =
                Buffer.buffer().appendByte((byte) 1).appendBytes(new byte[3]).appendUnsignedInt(0xffffffffL);
        demultiplexer().feed(wire.appendString("begin"));
        assertThat(stdout).hasToString("begin");
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> demultiplexer().feed(Buffer.buffer("plain text of a terminal")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> demultiplexer().feed(Buffer.buffer(new byte[] {3, 0, 0, 0, 0, 0, 0, 1})))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Buffer frame(int stream, String text) {
        return Buffer.buffer()
                .appendByte((byte) stream)
                .appendBytes(new byte[3])
                .appendInt(text.length())
                .appendString(text);
    }
}
