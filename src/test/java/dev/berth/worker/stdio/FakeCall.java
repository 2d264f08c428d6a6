package dev.berth.worker.stdio;

import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.engine.ContainerStreams;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call, and the streams of a function it is put to, driven by hand on the test's thread. */
final class FakeCall implements StdioCall {
    private static final Instant DEADLINE = Instant.parse("2026-11-24T01:43:00.786Z");

    final Source body = new Source();
    final Sink out = new Sink();
    private final CallRequest request;
    private boolean sent;

    @Nullable
    ResponseHead head;

    @Nullable
    RunnerException error;

    int ends;
    boolean kept;

    FakeCall(String method, Header... headers) {
        request = new CallRequest(
                "01",
                "app",
                "fn",
                method,
                "http://lb.example:8080/r/myapp/fn?q=1",
                List.of(headers),
                DEADLINE,
                null,
                false);
    }

    /** The streams of a container. */
    static final class Function {
        final Sink stdin = new Sink();
        final Source stdout = new Source();
        final Source stderr = new Source();

        ContainerStreams streams() {
            return new ContainerStreams(stdin, stdout, stderr);
        }
    }

    @Override
    public CallRequest request() {
        return request;
    }

    @Override
    public ReadStream<Buffer> body() {
        return body;
    }

    @Override
    public WriteStream<Buffer> out() {
        return out;
    }

    @Override
    public void markSent() {
        sent = true;
    }

    @Override
    public boolean sent() {
        return sent;
    }

    @Override
    public void answer(ResponseHead answer) {
        head = answer;
    }

    @Override
    public void succeed(boolean keep) {
        ends++;
        kept = keep;
    }

    @Override
    public void fail(RunnerException failure, boolean keep) {
        ends++;
        error = failure;
        kept = keep;
    }

    boolean succeeded() {
        return ends == 1 && error == null;
    }

    /** What has been written, and whether it counts as full. */
    static final class Sink implements WriteStream<Buffer> {
        final Buffer written = Buffer.buffer();
        boolean full;
        boolean broken;
        boolean ended;
        private @Nullable Handler<Void> drain;

        void drained() {
            full = false;
            drain.handle(null);
        }

        String text() {
            return written.toString(StandardCharsets.UTF_8);
        }

        @Override
        public Future<Void> write(Buffer data) {
            if (broken) {
                return Future.failedFuture("closed");
            }
            written.appendBuffer(data);
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> end() {
            ended = true;
            return Future.succeededFuture();
        }

        @Override
        public boolean writeQueueFull() {
            return full;
        }

        @Override
        public Sink setWriteQueueMaxSize(int size) {
            return this;
        }

        @Override
        public Sink drainHandler(@Nullable Handler<Void> handler) {
            drain = handler;
            return this;
        }

        @Override
        public Sink exceptionHandler(@Nullable Handler<Throwable> handler) {
            return this;
        }
    }

    /** Bytes and an end, given out at once; notes whether it is paused. */
    static final class Source implements ReadStream<Buffer> {
        boolean paused;
        private Consumer<Buffer> handler = bytes -> {};
        private Runnable end = () -> {};

        void emit(String text) {
            emit(Buffer.buffer(text));
        }

        void emit(Buffer bytes) {
            handler.accept(bytes);
        }

        void end() {
            end.run();
        }

        @Override
        public Source handler(@Nullable Handler<Buffer> value) {
            handler = value == null ? bytes -> {} : value::handle;
            return this;
        }

        @Override
        public Source pause() {
            paused = true;
            return this;
        }

        @Override
        public Source resume() {
            paused = false;
            return this;
        }

        @Override
        public Source fetch(long amount) {
            paused = false;
            return this;
        }

        @Override
        public Source endHandler(@Nullable Handler<Void> value) {
            end = value == null ? () -> {} : () -> value.handle(null);
            return this;
        }

        @Override
        public Source exceptionHandler(@Nullable Handler<Throwable> value) {
            return this;
        }
    }
}
