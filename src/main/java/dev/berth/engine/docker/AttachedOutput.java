package dev.berth.engine.docker;

import dev.berth.flow.Source;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Deque;

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
    private boolean discarded;

    /**
     * Takes the connection over.
     *
     * @param ended run when the connection has ended, before the readers have taken all of it; may be run again
     */
    AttachedOutput(RawConnection connection, Runnable ended) {
        this.socket = connection.socket();
        LogDemultiplexer frames = new LogDemultiplexer(
                (stream, bytes) -> (stream == LogDemultiplexer.STDERR ? stderr : stdout).take(bytes));
        socket.handler(chunk -> take(frames, chunk));
        socket.exceptionHandler(this::fail);
        // Not the close handler: that one does not wait for output still to be taken.
        socket.endHandler(end -> {
            ended.run();
            close();
        });
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

    /** What comes from now on is read, and nobody gets it. */
    void discard() {
        discarded = true;
        socket.handler(nothing -> {});
        socket.resume();
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
        if (discarded || (stdout.waiting.isEmpty() && stderr.waiting.isEmpty())) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    /** One of the two. */
    private final class Lane extends Source<Buffer> {
        private final Deque<Buffer> waiting = new ArrayDeque<>();
        private boolean wasRead;
        private boolean closed;
        private boolean delivering;

        Lane() {
            super(Long.MAX_VALUE);
        }

        void take(Buffer bytes) {
            waiting.add(bytes);
            deliver();
        }

        void close() {
            closed = true;
            deliver();
        }

        void fail(Throwable cause) {
            tellFailure(cause);
        }

        private void deliver() {
            if (delivering || !wasRead) {
                return;
            }
            delivering = true;
            try {
                while (isWanted() && !waiting.isEmpty()) {
                    handOn(waiting.remove());
                }
            } finally {
                delivering = false;
            }
            if (closed && isWanted()) {
                tellEnd();
            }
        }

        @Override
        protected void onReady() {
            wasRead |= isRead();
            deliver();
            regulate();
        }
    }
}
