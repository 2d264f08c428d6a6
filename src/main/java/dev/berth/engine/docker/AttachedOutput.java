package dev.berth.engine.docker;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * stdout and stderr of a container, from the one connection that carries both. Holding up either holds up
 * both: as soon as one piece of output cannot be handed on, the connection is paused, so that no more is kept
 * than one read of it. Belongs to the context of the connection.
 *
 * <p>Nothing is lost before a handler is set: output waits for it. Once a handler has been taken away, output
 * is thrown away, so that the container never blocks on a pipe nobody reads.
 */
final class AttachedOutput {
    private final NetSocket socket;
    private final Lane stdout = new Lane();
    private final Lane stderr = new Lane();

    /** Takes the connection over. */
    AttachedOutput(RawConnection connection) {
        this.socket = connection.socket();
        LogDemultiplexer frames = new LogDemultiplexer(
                (stream, bytes) -> (stream == LogDemultiplexer.STDERR ? stderr : stdout).take(bytes));
        socket.handler(chunk -> take(frames, chunk));
        socket.exceptionHandler(this::fail);
        socket.endHandler(end -> close());
        take(frames, connection.first());
    }

    private void take(LogDemultiplexer frames, Buffer chunk) {
        try {
            frames.feed(chunk);
        } catch (IllegalArgumentException e) {
            fail(e);
            socket.close();
        }
        regulate();
    }

    ReadStream<Buffer> stdout() {
        return stdout;
    }

    ReadStream<Buffer> stderr() {
        return stderr;
    }

    private void fail(Throwable cause) {
        stdout.fail(cause);
        stderr.fail(cause);
    }

    private void close() {
        stdout.close();
        stderr.close();
    }

    private void regulate() {
        if (stdout.waiting.isEmpty() && stderr.waiting.isEmpty()) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    /** One of the two. Demand as for any stream of Vert.x. */
    private final class Lane implements ReadStream<Buffer> {
        private final Deque<Buffer> waiting = new ArrayDeque<>();
        private @Nullable Handler<Buffer> handler;
        private @Nullable Handler<Void> endHandler;
        private @Nullable Handler<Throwable> exceptionHandler;
        private long demand = Long.MAX_VALUE;
        private boolean read;
        private boolean closed;
        private boolean ended;
        private boolean delivering;

        void take(Buffer bytes) {
            waiting.add(bytes);
            deliver();
        }

        void close() {
            closed = true;
            deliver();
        }

        void fail(Throwable cause) {
            if (exceptionHandler != null && !ended) {
                exceptionHandler.handle(cause);
            }
        }

        private void deliver() {
            if (delivering || !read) {
                return;
            }
            delivering = true;
            while (demand > 0 && !waiting.isEmpty()) {
                if (demand != Long.MAX_VALUE) {
                    demand--;
                }
                Buffer next = waiting.poll();
                if (handler != null) {
                    handler.handle(next);
                }
            }
            delivering = false;
            if (closed && demand > 0 && !ended) {
                ended = true;
                if (endHandler != null) {
                    endHandler.handle(null);
                }
            }
        }

        @Override
        public Lane handler(@Nullable Handler<Buffer> value) {
            handler = value;
            read = true;
            deliver();
            regulate();
            return this;
        }

        @Override
        public Lane pause() {
            demand = 0;
            return this;
        }

        @Override
        public Lane resume() {
            return fetch(Long.MAX_VALUE);
        }

        @Override
        public Lane fetch(long amount) {
            demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
            deliver();
            regulate();
            return this;
        }

        @Override
        public Lane exceptionHandler(@Nullable Handler<Throwable> value) {
            exceptionHandler = value;
            return this;
        }

        @Override
        public Lane endHandler(@Nullable Handler<Void> value) {
            endHandler = value;
            return this;
        }
    }
}
