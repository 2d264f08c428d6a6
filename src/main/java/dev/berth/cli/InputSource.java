package dev.berth.cli;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream as a ReadStream: one piece at a time is read on another thread, when there is demand.
 * Confined to its context. Starts paused.
 */
final class InputSource implements ReadStream<Buffer> {
    private static final int PIECE = 64 << 10;

    private final Context context;
    private final InputStream input;
    private final ExecutorService reader;
    private long demand;
    private boolean reading;
    private boolean over;
    private @Nullable IOException failure;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;

    /** @param reader one thread, which may hang in a read */
    InputSource(Context context, InputStream input, ExecutorService reader) {
        this.context = context;
        this.input = input;
        this.reader = reader;
    }

    /** Why reading failed; null while it has not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    private void readIfWanted() {
        if (demand > 0 && !reading && !over) {
            reading = true;
            reader.execute(this::read);
        }
    }

    private void read() {
        try {
            byte[] piece = new byte[PIECE];
            int count = input.read(piece);
            Buffer buffer = count < 0 ? null : Buffer.buffer(count).appendBytes(piece, 0, count);
            context.runOnContext(v -> onRead(buffer));
        } catch (IOException e) {
            context.runOnContext(v -> onFailure(e));
        }
    }

    private void onRead(@Nullable Buffer piece) {
        reading = false;
        if (piece == null) {
            over = true;
            if (endHandler != null) {
                endHandler.handle(null);
            }
            return;
        }
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
        if (handler != null) {
            handler.handle(piece);
        }
        readIfWanted();
    }

    private void onFailure(IOException broken) {
        over = true;
        failure = broken;
        if (exceptionHandler != null) {
            exceptionHandler.handle(broken);
        }
    }

    @Override
    public InputSource fetch(long amount) {
        demand = amount > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + amount;
        readIfWanted();
        return this;
    }

    @Override
    public InputSource resume() {
        return fetch(Long.MAX_VALUE);
    }

    /** A piece that is being read is still delivered. */
    @Override
    public InputSource pause() {
        demand = 0;
        return this;
    }

    @Override
    public InputSource handler(@Nullable Handler<Buffer> pieces) {
        this.handler = pieces;
        return this;
    }

    @Override
    public InputSource endHandler(@Nullable Handler<Void> ended) {
        this.endHandler = ended;
        return this;
    }

    @Override
    public InputSource exceptionHandler(@Nullable Handler<Throwable> failed) {
        this.exceptionHandler = failed;
        return this;
    }
}
