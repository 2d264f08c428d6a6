package dev.berth.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * A codec for immutable messages: within a process the same object is delivered, between nodes its wire form.
 * Decoding gives a whole message or fails with {@link MalformedMessageException}.
 *
 * @param <T> base type of the messages
 */
public abstract class WireCodec<T> implements MessageCodec<T, T> {
    private final String name;

    /**
     * @param name never changed: a node drops what comes under a name it does not know, so wire forms grow and
     *     names stay
     */
    protected WireCodec(String name) {
        this.name = name;
    }

    protected abstract void write(WireWriter out, T message);

    protected abstract T read(WireReader in);

    @Override
    public final void encodeToWire(Buffer buffer, T message) {
        write(new WireWriter(buffer), message);
    }

    @Override
    public final T decodeFromWire(int position, Buffer buffer) {
        try {
            return read(new WireReader(buffer, position));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException impossible) {
            throw new MalformedMessageException(impossible);
        }
    }

    @Override
    public final T transform(T message) {
        return message;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final byte systemCodecID() {
        return -1;
    }
}
