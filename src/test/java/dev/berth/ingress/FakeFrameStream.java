package dev.berth.ingress;

import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An initiator's stream whose credit and peer are played by the test. */
final class FakeFrameStream implements FrameStream, WriteStream<Buffer>, ReadStream<Buffer> {
    final Buffer sent = Buffer.buffer();
    long credit;
    int ends;

    @Nullable
    RunnerException cancelled;

    @Nullable
    Handler<Object> onNote;

    @Nullable
    Handler<Object> onFinish;

    @Nullable
    Handler<RunnerException> onFailure;

    @Nullable
    Handler<Buffer> onBytes;

    private @Nullable Handler<Void> onDrain;

    FakeFrameStream(long credit) {
        this.credit = credit;
    }

    void grant(long bytes) {
        credit += bytes;
        Objects.requireNonNull(onDrain).handle(null);
    }

    @Override
    public Object openPayload() {
        return "";
    }

    @Override
    public ReadStream<Buffer> inbound() {
        return this;
    }

    @Override
    public WriteStream<Buffer> outbound() {
        return this;
    }

    @Override
    public Future<Void> write(Buffer bytes) {
        sent.appendBuffer(bytes);
        credit -= bytes.length();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        ends++;
        return Future.succeededFuture();
    }

    @Override
    public boolean writeQueueFull() {
        return credit <= 0;
    }

    @Override
    public FakeFrameStream setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public FakeFrameStream drainHandler(@Nullable Handler<Void> handler) {
        onDrain = handler;
        return this;
    }

    @Override
    public FakeFrameStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    @Override
    public FakeFrameStream handler(@Nullable Handler<Buffer> handler) {
        onBytes = handler;
        return this;
    }

    @Override
    public FakeFrameStream pause() {
        return this;
    }

    @Override
    public FakeFrameStream resume() {
        return this;
    }

    @Override
    public FakeFrameStream fetch(long amount) {
        return this;
    }

    @Override
    public FakeFrameStream endHandler(@Nullable Handler<Void> handler) {
        return this;
    }

    @Override
    public void note(Object payload) {}

    @Override
    public FrameStream noteHandler(@Nullable Handler<Object> handler) {
        onNote = handler;
        return this;
    }

    @Override
    public Future<Void> finish(Object payload) {
        return Future.failedFuture("initiator");
    }

    @Override
    public FrameStream finishHandler(@Nullable Handler<Object> handler) {
        onFinish = handler;
        return this;
    }

    @Override
    public void cancel(RunnerException why) {
        cancelled = why;
    }

    @Override
    public FrameStream failureHandler(@Nullable Handler<RunnerException> handler) {
        onFailure = handler;
        return this;
    }
}
