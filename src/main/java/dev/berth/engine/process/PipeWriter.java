package dev.berth.engine.process;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A process's input as a write stream. A thread writes to the pipe; the queue counts as full while it holds
 * more than the limit. Handlers run on the context given.
 */
final class PipeWriter implements WriteStream<Buffer> {
    private record Piece(@Nullable Buffer bytes, Promise<Void> written) {}

    private final Context context;
    private final OutputStream pipe;
    private final BlockingQueue<Piece> queue = new LinkedBlockingQueue<>();

    private @Nullable Handler<Void> drainHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private int limit = 64 * 1024;
    private long queued;
    private boolean ended;

    PipeWriter(Context context, OutputStream pipe, String name) {
        this.context = context;
        this.pipe = pipe;
        Thread thread = new Thread(this::writeAll, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends the stream if nobody has; what was written since the process died fails. */
    void close() {
        end().onFailure(alreadyBroken -> ended = true);
    }

    private void writeAll() {
        IOException broken = null;
        try {
            while (true) {
                Piece piece = queue.take();
                broken = writeOne(piece, broken);
                if (piece.bytes() == null) {
                    return;
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once the pipe is broken every later piece fails too; the thread lives on until the end is written. */
    private @Nullable IOException writeOne(Piece piece, @Nullable IOException broken) {
        IOException failure = broken;
        try {
            if (piece.bytes() == null) {
                pipe.close();
            } else if (failure == null) {
                pipe.write(piece.bytes().getBytes());
                pipe.flush();
            }
        } catch (IOException now) {
            failure = now;
        }
        IOException outcome = failure;
        context.runOnContext(ignored -> done(piece, outcome));
        return failure;
    }

    private void done(Piece piece, @Nullable IOException failure) {
        boolean wasFull = writeQueueFull();
        queued -= piece.bytes() == null ? 0 : piece.bytes().length();
        if (failure == null) {
            piece.written().complete();
        } else {
            piece.written().fail(failure);
            if (exceptionHandler != null) {
                exceptionHandler.handle(failure);
            }
        }
        if (wasFull && !writeQueueFull() && drainHandler != null) {
            drainHandler.handle(null);
        }
    }

    @Override
    public Future<Void> write(Buffer data) {
        if (ended) {
            return Future.failedFuture(new IOException("stdin is closed"));
        }
        Promise<Void> written = Promise.promise();
        queued += data.length();
        queue.add(new Piece(data, written));
        return written.future();
    }

    @Override
    public Future<Void> end() {
        if (ended) {
            return Future.succeededFuture();
        }
        ended = true;
        Promise<Void> written = Promise.promise();
        queue.add(new Piece(null, written));
        return written.future();
    }

    @Override
    public boolean writeQueueFull() {
        return queued >= limit;
    }

    @Override
    public PipeWriter setWriteQueueMaxSize(int maxSize) {
        limit = maxSize;
        return this;
    }

    @Override
    public PipeWriter drainHandler(@Nullable Handler<Void> handler) {
        drainHandler = handler;
        return this;
    }

    @Override
    public PipeWriter exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        return this;
    }
}
