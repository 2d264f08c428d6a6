package dev.berth.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads what {@link WireWriter} wrote. Malformed input fails with {@link MalformedMessageException}. */
public final class WireReader {
    private static final int MAX_SHIFT = 63;

    private final Buffer buffer;
    private final int end;
    private int position;

    public WireReader(Buffer buffer, int position) {
        this(buffer, position, buffer.length());
    }

    private WireReader(Buffer buffer, int position, int end) {
        this.buffer = buffer;
        this.position = position;
        this.end = end;
    }

    public long number() {
        long value = 0;
        for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
            byte group = octet();
            value |= (group & 0x7FL) << shift;
            if (group >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("number too long at " + position);
    }

    /** A number that must not be negative. */
    public long count() {
        long count = number();
        if (count < 0) {
            throw new MalformedMessageException("number too large at " + position);
        }
        return count;
    }

    public boolean flag() {
        return octet() != 0;
    }

    private byte octet() {
        if (position >= end) {
            throw new MalformedMessageException("cut off at " + position);
        }
        return buffer.getByte(position++);
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
        int start = skip(size());
        return buffer.getBytes(start, position);
    }

    /** Shares the bytes read from: the bus gives every message a buffer of its own. */
    public Buffer buffer() {
        int start = skip(size());
        return buffer.slice(start, position);
    }

    /** What {@link WireWriter#sized} wrote; whatever is not read of it is skipped here. */
    public WireReader sized() {
        if (end - position < Integer.BYTES) {
            throw new MalformedMessageException("cut off at " + position);
        }
        int size = buffer.getInt(position);
        position += Integer.BYTES;
        checkSize(size);
        int start = skip(size);
        return new WireReader(buffer, start, position);
    }

    private int skip(int length) {
        int start = position;
        position += length;
        return start;
    }

    /** A length or count, which is never more than there are bytes left. */
    private int size() {
        long size = number();
        checkSize(size);
        return (int) size;
    }

    private void checkSize(long size) {
        if (size < 0 || size > end - position) {
            throw new MalformedMessageException("size " + size + " at " + position + " of " + end);
        }
    }

    public <T> List<T> list(Supplier<T> read) {
        int size = size();
        List<T> values = new ArrayList<>(Math.min(size, 16));
        for (int i = 0; i < size; i++) {
            values.add(read.get());
        }
        return values;
    }
}
