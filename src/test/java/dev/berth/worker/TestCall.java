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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A call from the caller's side; everything of the stream is done on the caller's context. */
final class TestCall {
    private static final long LIMIT_SECONDS = 20;

    private final Context context;
    private final FrameStream stream;
    private final CompletableFuture<ResponseHead> head = new CompletableFuture<>();
    private final CompletableFuture<CallEnd> end = new CompletableFuture<>();
    private final Buffer body = Buffer.buffer();

    /** On the caller's context. */
    TestCall(Context context, FrameStream stream) {
        this.context = context;
        this.stream = stream;
        stream.noteHandler(note -> head.complete((ResponseHead) note));
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

    TestCall endBody() {
        context.runOnContext(turn -> stream.outbound().end());
        return this;
    }

    TestCall cancel() {
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

    /** What has arrived of the answer's body; whole after the end. */
    String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    int bodyLength() {
        return body.length();
    }
}
