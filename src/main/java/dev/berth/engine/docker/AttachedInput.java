package dev.berth.engine.docker;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * A container's stdin on the connection that carries its output too: its end is the end of that direction only. Belongs
 * to the context of the connection, whose exception handler is {@link AttachedOutput}'s.
 */
final class AttachedInput implements WriteStream<Buffer> {
    private final NetSocket socket;
    private Future<Void> last = Future.succeededFuture();

    AttachedInput(NetSocket socket) {
        this.socket = socket;
    }

    @Override
    public Future<Void> write(Buffer bytes) {
        last = socket.write(bytes);
        return last;
    }

    /** Comes after all that has been written, or could not be. */
    @Override
    public Future<Void> end() {
        return last.transform(written -> HalfClose.output(socket));
    }

    /** A break is told by the writes that it fails, and by the output. */
    @Override
    public AttachedInput exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    @Override
    public AttachedInput setWriteQueueMaxSize(int bytes) {
        socket.setWriteQueueMaxSize(bytes);
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return socket.writeQueueFull();
    }

    @Override
    public AttachedInput drainHandler(@Nullable Handler<Void> handler) {
        socket.drainHandler(handler);
        return this;
    }
}
