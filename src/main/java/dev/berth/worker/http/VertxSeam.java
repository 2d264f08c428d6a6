package dev.berth.worker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * Where this code reaches below Vert.x's public interface to put a channel of our own on the event loop of a context,
 * and to pass bytes between Netty and Vert.x without copying them twice. Nothing else does, but what closes one direction
 * of an engine's connection.
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

    /** Runs something on a context, from its event loop, when that has done what it has to do now. */
    public static void afterTurn(Context context, Runnable task) {
        ((SingleThreadEventLoop) eventLoop(context)).executeAfterEventLoopIteration(() -> run(context, task));
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
