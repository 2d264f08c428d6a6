package dev.berth.cli;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream as a WriteStream: pieces are written in order on another thread, and the queue is full
 * while more than a bounded number of bytes waits for it. Confined to its context.
 */
final class OutputSink implements WriteStream<Buffer> {
    private final Context context;
    private final OutputStream output;
    private final ExecutorService writer;
    private int maxBytes = 256 << 10;
    private long waiting;
    private @Nullable IOException broken;
    private @Nullable Handler<Void> drainHandler;
    private @Nullable Handler<Throwable> exceptionHandler;

    /** @param writer one thread, which may hang in a write */
    OutputSink(Context context, OutputStream output, ExecutorService writer) {
        this.context = context;
        this.output = output;
        this.writer = writer;
    }

    @Override
    public Future<Void> write(Buffer data) {
        byte[] bytes = data.getBytes();
        waiting += bytes.length;
        return run(bytes.length, () -> {
            output.write(bytes);
            output.flush();
        });
    }

    /** Closes the stream below once everything is written. */
    @Override
    public Future<Void> end() {
        return run(0, output::close);
    }

    private Future<Void> run(int bytes, Action action) {
        Promise<Void> done = Promise.promise();
        if (broken != null) {
            return Future.failedFuture(broken);
        }
        writer.execute(() -> {
            IOException failure = null;
            try {
                action.run();
            } catch (IOException e) {
                failure = e;
            }
            IOException result = failure;
            context.runOnContext(v -> onWritten(bytes, result, done));
        });
        return done.future();
    }

    private void onWritten(int bytes, @Nullable IOException failure, Promise<Void> done) {
        waiting -= bytes;
        if (failure != null) {
            onBroken(failure);
            done.fail(failure);
            return;
        }
        done.complete();
        if (drainHandler != null && waiting <= maxBytes / 2) {
            Handler<Void> drained = drainHandler;
            drainHandler = null;
            drained.handle(null);
        }
    }

    private void onBroken(IOException failure) {
        boolean first = broken == null;
        broken = failure;
        if (first && exceptionHandler != null) {
            exceptionHandler.handle(failure);
        }
    }

    @Override
    public boolean writeQueueFull() {
        return waiting >= maxBytes;
    }

    @Override
    public OutputSink setWriteQueueMaxSize(int bytes) {
        maxBytes = bytes;
        return this;
    }

    @Override
    public OutputSink drainHandler(@Nullable Handler<Void> drained) {
        this.drainHandler = drained;
        return this;
    }

    @Override
    public OutputSink exceptionHandler(@Nullable Handler<Throwable> failed) {
        this.exceptionHandler = failed;
        return this;
    }

    private interface Action {
        void run() throws IOException;
    }
}
