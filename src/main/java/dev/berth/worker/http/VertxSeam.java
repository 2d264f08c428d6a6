package dev.berth.worker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * The one place where this code reaches below Vert.x's public interface: to put a channel of our own on the event
 * loop of a context, and to pass bytes between Netty and Vert.x without copying them twice.
 */
public final class VertxSeam {
    private VertxSeam() {}

    /** The event loop of a context; not of a worker thread's. */
    public static EventLoop eventLoop(Context context) {
        return ((ContextInternal) context).nettyEventLoop();
    }

    /** Runs something on a context, from its event loop, now. What it throws is reported as for any handler. */
    public static void run(Context context, Runnable task) {
        ((ContextInternal) context).dispatch(task);
    }

    /** A buffer of the first bytes of an array, which nobody changes from now on. */
    static Buffer wrap(byte[] bytes, int length) {
        return BufferInternal.buffer(Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes, 0, length)));
    }

    /** The bytes of a buffer, not copied, to be read only. Nothing is held by it. */
    public static ByteBuf view(Buffer bytes) {
        return Unpooled.unreleasableBuffer(((BufferInternal) bytes).getByteBuf());
    }
}
