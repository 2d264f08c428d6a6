package dev.berth.worker;

import dev.berth.bus.CallEnd;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A call from the caller's side; everything of the stream is done on the caller's context. */
final class TestCall {
    private static final long LIMIT_SECONDS = 20;
    private static final int PIECE = 10_240;

    private final Context context;
    private final FrameStream stream;
    private final CompletableFuture<ResponseHead> head = new CompletableFuture<>();
    private final CompletableFuture<CallEnd> noted = new CompletableFuture<>();
    private final CompletableFuture<CallEnd> end = new CompletableFuture<>();
    private final Buffer body = Buffer.buffer();
    private volatile Buffer rest = Buffer.buffer();
    private boolean endWanted;
    private volatile boolean cancelled;

    /** On the caller's context. */
    TestCall(Context context, FrameStream stream) {
        this.context = context;
        this.stream = stream;
        stream.noteHandler(note -> {
            if (note instanceof CallEnd early) {
                noted.complete(early);
            } else {
                head.complete((ResponseHead) note);
            }
        });
        stream.inbound().handler(body::appendBuffer);
        stream.finishHandler(payload -> end.complete((CallEnd) payload));
        stream.failureHandler(end::completeExceptionally);
    }

    TestCall write(String text) {
        return write(Buffer.buffer(text));
    }

    TestCall write(Buffer bytes) {
        context.runOnContext(turn -> stream.outbound().write(bytes));
        return this;
    }

    /** Writes as credit allows; an {@link #endBody} that follows waits for it. */
    TestCall writeAll(Buffer bytes) {
        context.runOnContext(turn -> {
            rest = bytes;
            stream.outbound().drainHandler(drained -> writeRest());
            writeRest();
        });
        return this;
    }

    private void writeRest() {
        while (rest.length() > 0 && !stream.outbound().writeQueueFull()) {
            int piece = Math.min(rest.length(), PIECE);
            stream.outbound().write(rest.slice(0, piece));
            rest = rest.slice(piece, rest.length());
        }
        if (rest.length() == 0 && endWanted) {
            stream.outbound().end();
        }
    }

    /** Bytes of {@link #writeAll} that found no credit yet. */
    int unwritten() {
        return rest.length();
    }

    TestCall endBody() {
        context.runOnContext(turn -> {
            endWanted = true;
            if (rest.length() == 0) {
                stream.outbound().end();
            }
        });
        return this;
    }

    TestCall cancel() {
        cancelled = true;
        context.runOnContext(turn -> stream.cancel(ErrorCode.CANCELLED.exception()));
        return this;
    }

    /** Stops taking the answer. */
    TestCall pause() {
        context.runOnContext(turn -> stream.inbound().pause());
        return this;
    }

    TestCall resume() {
        context.runOnContext(turn -> stream.inbound().resume());
        return this;
    }

    ResponseHead head() throws Exception {
        return head.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    boolean answered() {
        return head.isDone();
    }

    /** Waits for the stream to be finished; what is told then. */
    CallEnd end() throws Exception {
        return end.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** What was told of the end before the stream was finished; null: nothing. */
    @Nullable
    CallEnd noted() {
        return noted.getNow(null);
    }

    /** Waits for the end; null after success. */
    @Nullable
    RunnerException error() throws Exception {
        return end.get(LIMIT_SECONDS, TimeUnit.SECONDS).error();
    }

    /** Waits for the end; null after success. */
    @Nullable
    ErrorCode code() throws Exception {
        RunnerException error = error();
        return error == null ? null : error.code();
    }

    /** Whether it has ended well. */
    boolean succeeded() {
        return end.isDone()
                && !end.isCompletedExceptionally()
                && end.getNow(new CallEnd(null)).error() == null;
    }

    /** Waits for the end, whatever it is; a call that was cancelled here hears of none. */
    void over() throws Exception {
        if (!cancelled) {
            end.handle((ended, failed) -> true).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Waits for the stream to fail. */
    RunnerException failure() throws Exception {
        try {
            throw new AssertionError("ended with " + end.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            return (RunnerException) failed.getCause();
        }
    }

    /** What has arrived of the answer's body; whole after the end. */
    String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    int bodyLength() {
        return body.length();
    }
}
