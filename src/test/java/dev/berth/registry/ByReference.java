package dev.berth.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Passes immutable messages on a local bus as they are. */
record ByReference<T>(Class<T> type) implements MessageCodec<T, T> {

    static void register(EventBus bus, Class<?>... types) {
        for (Class<?> type : types) {
            register(bus, type);
        }
    }

    private static <T> void register(EventBus bus, Class<T> type) {
        bus.registerDefaultCodec(type, new ByReference<>(type));
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        throw new IllegalStateException("a local bus has no wire");
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        throw new IllegalStateException("a local bus has no wire");
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return type.getName();
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
