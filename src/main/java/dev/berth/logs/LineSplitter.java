package dev.berth.logs;

import com.google.protobuf.ByteString;
import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/** Cuts bytes into lines, however they come. Keeps at most one line that has not ended. */
final class LineSplitter {
    /** A longer line is cut into several, in bytes. */
    static final int MAX_LINE = 16 * 1024;

    private final Consumer<ByteString> lines;
    private Buffer partial = Buffer.buffer();

    LineSplitter(Consumer<ByteString> lines) {
        this.lines = lines;
    }

    void feed(Buffer chunk) {
        int from = 0;
        for (int at = 0; at < chunk.length(); at++) {
            if (chunk.getByte(at) == '\n') {
                add(chunk, from, at);
                emit();
                from = at + 1;
            }
        }
        add(chunk, from, chunk.length());
    }

    /** Takes what has come of a line for the whole line. */
    void flush() {
        if (partial.length() > 0) {
            emit();
        }
    }

    private void add(Buffer chunk, int from, int to) {
        int at = from;
        while (at < to) {
            if (partial.length() == MAX_LINE) {
                emit();
            }
            int end = Math.min(to, at + MAX_LINE - partial.length());
            partial.appendBuffer(chunk, at, end - at);
            at = end;
        }
    }

    private void emit() {
        lines.accept(ByteString.copyFrom(partial.getBytes()));
        partial = Buffer.buffer();
    }
}
