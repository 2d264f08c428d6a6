package dev.berth.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends values to a buffer in the form they have between nodes: whole numbers in groups of seven bits, least
 * significant first, high bit set on all but the last; everything of variable length after its length. There
 * are no field names or numbers: the codec's name carries the version.
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

    public WireWriter instant(Instant value) {
        return number(value.getEpochSecond()).number(value.getNano());
    }

    public WireWriter duration(Duration value) {
        return number(value.getSeconds()).number(value.getNano());
    }

    public WireWriter enumValue(Enum<?> value) {
        return text(value.name());
    }

    public <T> WireWriter optional(@Nullable T value, Consumer<T> write) {
        flag(value != null);
        if (value != null) {
            write.accept(value);
        }
        return this;
    }

    public <T> WireWriter list(Collection<T> values, Consumer<T> write) {
        number(values.size());
        values.forEach(write);
        return this;
    }

    public WireWriter map(Map<String, String> values) {
        number(values.size());
        BiConsumer<String, String> entry = (key, value) -> text(key).text(value);
        values.forEach(entry);
        return this;
    }
}
