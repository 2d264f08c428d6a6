package dev.berth.ingress;

import dev.berth.stream.FrameStream;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A call's request bytes on their way to its worker.
 *
 * <p>Until the worker shows that it has taken the call, what was sent is kept as well, so that the call can
 * be sent again to another container should this one turn out to be gone. The first grant of credit proves
 * the taking, because a worker reads nothing of a call it refuses; so no more than one window and one piece
 * is kept. Besides that at most one message waits for credit, as long as the owner writes nothing while the
 * body is {@link #full()}.
 */
final class RequestBody {
    private static final int PIECE = 64 * 1024;

    private final Executor later;
    private final Runnable drained;
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private final Deque<Buffer> kept = new ArrayDeque<>();
    private @Nullable FrameStream stream;
    private boolean taken;
    private boolean ended;
    private boolean endSent;
    private long window;
    private long sent;

    /**
     * @param later runs a task in a later turn of the owner's context
     * @param drained called when the body was full and is no longer
     */
    RequestBody(Executor later, Runnable drained) {
        this.later = later;
        this.drained = drained;
    }

    /** Sends into this stream from now on, beginning with what was sent into a refused one. */
    void connect(FrameStream to, long requestWindow) {
        while (!kept.isEmpty()) {
            waiting.addFirst(kept.removeLast());
        }
        stream = to;
        window = requestWindow;
        sent = 0;
        endSent = false;
        // A refusal drains the stream too, just before it is delivered, and that proves no taking: wait a turn.
        to.outbound().drainHandler(v -> later.execute(() -> onDrain(to)));
        pump(to);
    }

    /** The stream was refused: what is written waits for another one. */
    void disconnect() {
        stream = null;
    }

    /** The worker has taken the call: nothing is sent a second time. */
    void markTaken() {
        taken = true;
        kept.clear();
    }

    void write(Buffer bytes) {
        waiting.add(bytes);
        if (stream != null) {
            pump(stream);
        }
    }

    void end() {
        ended = true;
        if (stream != null && waiting.isEmpty()) {
            pump(stream);
        }
    }

    boolean full() {
        return stream == null || !waiting.isEmpty() || stream.outbound().writeQueueFull();
    }

    /** Bytes that wait for credit. */
    long waiting() {
        long bytes = 0;
        for (Buffer piece : waiting) {
            bytes += piece.length();
        }
        return bytes;
    }

    /** Bytes held here. For tests. */
    long held() {
        long bytes = waiting();
        for (Buffer piece : kept) {
            bytes += piece.length();
        }
        return bytes;
    }

    private void onDrain(FrameStream to) {
        if (to == stream) {
            pump(to);
            if (!full() && !ended) {
                drained.run();
            }
        }
    }

    private void pump(FrameStream to) {
        while (!waiting.isEmpty() && !to.outbound().writeQueueFull()) {
            Buffer next = waiting.remove();
            if (next.length() > PIECE) {
                waiting.addFirst(next.slice(PIECE, next.length()));
                next = next.slice(0, PIECE);
            }
            send(to, next);
        }
        if (ended && waiting.isEmpty() && !endSent) {
            endSent = true;
            // A stream that fails says so to its failure handler.
            to.outbound().end();
        }
    }

    private void send(FrameStream to, Buffer piece) {
        if (!taken && sent >= window) {
            markTaken();
        }
        if (!taken) {
            kept.add(piece);
        }
        sent += piece.length();
        to.outbound().write(piece);
    }
}
