package dev.berth.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Appends values to a buffer in the form they have between nodes: whole numbers in groups of seven bits, least
 * significant first, high bit set on all but the last; everything of variable length after its length.
 */
public final class WireWriter {
    private final Buffer buffer;

    public WireWriter(Buffer buffer) {
        this.buffer = buffer;
    }

    public WireWriter number(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer.appendByte((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        buffer.appendByte((byte) rest);
        return this;
    }

    public WireWriter flag(boolean value) {
        buffer.appendByte((byte) (value ? 1 : 0));
        return this;
    }

    public WireWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public WireWriter bytes(byte[] value) {
        number(value.length);
        buffer.appendBytes(value);
        return this;
    }

    public WireWriter bytes(Buffer value) {
        number(value.length());
        buffer.appendBuffer(value);
        return this;
    }

    /** Values that a reader who does not know all of them can skip: they stand after their length, in four bytes. */
    public WireWriter sized(Runnable write) {
        int start = buffer.length();
        buffer.appendInt(0);
        write.run();
        buffer.setInt(start, buffer.length() - start - Integer.BYTES);
        return this;
    }

    public <T> WireWriter list(Collection<T> values, Consumer<T> write) {
        number(values.size());
        values.forEach(write);
        return this;
    }
}
