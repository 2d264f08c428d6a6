package dev.berth.engine.process;

import dev.berth.flow.Source;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A process's output as a read stream. A thread reads the pipe, at most one buffer ahead of the demand, so a
 * paused stream holds the process up. Handlers run on the context given.
 */
final class PipeReader extends Source<Buffer> {
    private static final int CHUNK = 16 * 1024;

    private final Context context;
    private final InputStream pipe;
    private final Thread thread;
    private final Semaphore readAhead = new Semaphore(1);

    private @Nullable Buffer waiting;
    private boolean ended;

    PipeReader(Context context, InputStream pipe, String name) {
        super(Long.MAX_VALUE);
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
        Buffer next = waiting;
        if (next != null && isWanted() && isRead()) {
            waiting = null;
            readAhead.release();
            handOn(next);
        }
        if (ended && waiting == null) {
            tellEnd();
        }
    }

    @Override
    protected void onReady() {
        context.runOnContext(ignored -> deliver());
    }
}
