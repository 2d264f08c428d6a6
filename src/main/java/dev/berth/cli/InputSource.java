package dev.berth.cli;

import dev.berth.flow.Source;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream as a ReadStream: one piece at a time is read on another thread, when there is demand.
 * Confined to its context. Starts paused.
 */
final class InputSource extends Source<Buffer> {
    private static final int PIECE = 64 << 10;

    private final Context context;
    private final InputStream input;
    private final ExecutorService reader;
    private boolean reading;
    private boolean ended;
    private @Nullable IOException failure;

    /** @param reader one thread, which may hang in a read */
    InputSource(Context context, InputStream input, ExecutorService reader) {
        super(0);
        this.context = context;
        this.input = input;
        this.reader = reader;
    }

    /** Why reading failed; null while it has not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    @Override
    protected void onReady() {
        if (isWanted() && !reading && !ended) {
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

    /** A piece that is being read is still delivered after a pause. */
    private void onRead(@Nullable Buffer piece) {
        reading = false;
        if (piece == null) {
            ended = true;
            tellEnd();
        } else {
            handOn(piece);
            onReady();
        }
    }

    private void onFailure(IOException broken) {
        ended = true;
        failure = broken;
        tellFailure(broken);
    }
}
