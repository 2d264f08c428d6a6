package dev.berth.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what {@link WireWriter} wrote. Malformed input fails with IllegalArgumentException or IndexOutOfBoundsException. */
public final class WireReader {
    private static final int MAX_SHIFT = 63;

    private final Buffer buffer;
    private int position;

    public WireReader(Buffer buffer, int position) {
        this.buffer = buffer;
        this.position = position;
    }

    public long number() {
        long value = 0;
        for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
            byte group = buffer.getByte(position++);
            value |= (group & 0x7FL) << shift;
            if (group >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("number too long at " + position);
    }

    public int integer() {
        return Math.toIntExact(number());
    }

    public boolean flag() {
        return buffer.getByte(position++) != 0;
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

    private int skip(int length) {
        int start = position;
        position += length;
        return start;
    }

    /** A length or count, which is never more than there are bytes left. */
    private int size() {
        long size = number();
        if (size < 0 || size > buffer.length() - position) {
            throw new IllegalArgumentException("size " + size + " at " + position + " of " + buffer.length());
        }
        return (int) size;
    }

    public Instant instant() {
        return Instant.ofEpochSecond(number(), number());
    }

    public Duration duration() {
        return Duration.ofSeconds(number(), number());
    }

    public <E extends Enum<E>> E enumValue(Class<E> type) {
        return Enum.valueOf(type, text());
    }

    public <T> @Nullable T optional(Supplier<T> read) {
        return flag() ? read.get() : null;
    }

    public <T> List<T> list(Supplier<T> read) {
        int size = size();
        List<T> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(read.get());
        }
        return values;
    }

    public Map<String, String> map() {
        int size = size();
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < size; i++) {
            values.put(text(), text());
        }
        return values;
    }
}
