package dev.berth.engine.process;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A process's output as a read stream. A thread reads the pipe, at most one buffer ahead of the demand, so a
 * paused stream holds the process up. Handlers run on the context given.
 */
final class PipeReader implements ReadStream<Buffer> {
    private static final int CHUNK = 16 * 1024;

    private final Context context;
    private final InputStream pipe;
    private final Thread thread;
    private final Semaphore readAhead = new Semaphore(1);

    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Buffer waiting;
    private boolean ended;
    private boolean endReported;
    private long demand = Long.MAX_VALUE;

    PipeReader(Context context, InputStream pipe, String name) {
        this.context = context;
        this.pipe = pipe;
        thread = new Thread(this::readAll, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Gives up what has not been read; the end is told. */
    void close() {
        waiting = null;
        thread.interrupt();
    }

    private void readAll() {
        byte[] chunk = new byte[CHUNK];
        try (pipe) {
            int length;
            while ((length = pipe.read(chunk)) >= 0) {
                Buffer buffer = Buffer.buffer(length).appendBytes(chunk, 0, length);
                readAhead.acquire();
                context.runOnContext(ignored -> arrived(buffer));
            }
        } catch (IOException | InterruptedException closed) {
            // The pipe of a killed process: its end is told like any other.
        }
        context.runOnContext(ignored -> {
            ended = true;
            deliver();
        });
    }

    private void arrived(Buffer buffer) {
        waiting = buffer;
        deliver();
    }

    private void deliver() {
        if (waiting != null && demand > 0 && handler != null) {
            Buffer next = waiting;
            waiting = null;
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            readAhead.release();
            handler.handle(next);
        }
        if (ended && waiting == null && !endReported && endHandler != null) {
            endReported = true;
            endHandler.handle(null);
        }
    }

    @Override
    public PipeReader handler(@Nullable Handler<Buffer> newHandler) {
        handler = newHandler;
        context.runOnContext(ignored -> deliver());
        return this;
    }

    @Override
    public PipeReader pause() {
        demand = 0;
        return this;
    }

    @Override
    public PipeReader resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public PipeReader fetch(long amount) {
        demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
        context.runOnContext(ignored -> deliver());
        return this;
    }

    @Override
    public PipeReader endHandler(@Nullable Handler<Void> newHandler) {
        endHandler = newHandler;
        context.runOnContext(ignored -> deliver());
        return this;
    }

    @Override
    public PipeReader exceptionHandler(@Nullable Handler<Throwable> newHandler) {
        // Nothing to report: a pipe that breaks ends.
        return this;
    }
}
