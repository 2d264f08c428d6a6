package dev.berth.bus;

import io.vertx.core.buffer.Buffer;

/** How long a message between nodes is, for measurements outside this package. */
public final class MessageSize {
    private static final ControlCodec CODEC = new ControlCodec();

    private MessageSize() {}

    /** In bytes, without what the bus itself writes around it. */
    public static int of(ClusterMessage message) {
        Buffer buffer = Buffer.buffer(256);
        CODEC.encodeToWire(buffer, message);
        return buffer.length();
    }
}
