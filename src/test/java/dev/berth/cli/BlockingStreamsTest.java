package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocking input and output as streams of an event loop. */
final class BlockingStreamsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private final ExecutorService writer = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() throws Exception {
        reader.shutdownNow();
        writer.shutdownNow();
        Blocking.await(vertx.close());
    }

    @Test
    void everythingIsCarriedInOrder() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(2).nextBytes(bytes);
        ByteArrayOutputStream target = new ByteArrayOutputStream();

        Blocking.await(onContext(() -> new InputSource(context, new ByteArrayInputStream(bytes), reader)
                .pipeTo(new OutputSink(context, target, writer))));

        assertThat(target.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void slowTargetHoldsTheSource() throws Exception {
        Semaphore permits = new Semaphore(0);
        CountingInput source = new CountingInput(10_000_000);
        Promise<Void> done = Promise.promise();
        Promise<Void> full = Promise.promise();
        context.runOnContext(v -> {
            OutputSink sink = new OutputSink(context, new SlowOutput(permits), writer);
            InputSource input = new InputSource(context, source, reader);
            input.handler(piece -> {
                sink.write(piece);
                if (sink.writeQueueFull()) {
                    input.pause();
                    sink.drainHandler(drained -> input.resume());
                    full.tryComplete();
                }
            });
            input.endHandler(end -> sink.end().onComplete(done));
            input.resume();
        });
        Blocking.await(full.future());
        assertThat(source.read).isLessThan(1_000_000);

        permits.release(Integer.MAX_VALUE);
        Blocking.await(done.future());
        assertThat(source.read).isEqualTo(10_000_000);
    }

    @Test
    void brokenTargetIsToldOnceAndFailsLaterWrites() throws Exception {
        Promise<Throwable> told = Promise.promise();
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        OutputSink sink = new OutputSink(context, broken, writer);
        Future<Void> first = onContext(() -> {
            sink.exceptionHandler(told::complete);
            return sink.write(Buffer.buffer("a"));
        });
        assertThat(catchThrowableOfType(IOException.class, () -> Blocking.await(first)))
                .hasMessage("Broken pipe");
        assertThat(Blocking.await(told.future())).hasMessage("Broken pipe");

        Future<Void> second = onContext(() -> sink.write(Buffer.buffer("b")));
        assertThat(catchThrowableOfType(IOException.class, () -> Blocking.await(second)))
                .hasMessage("Broken pipe");
    }

    @Test
    void brokenSourceIsTold() throws Exception {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        Future<Throwable> told = onContext(() -> {
            Promise<Throwable> failure = Promise.promise();
            new InputSource(context, broken, reader)
                    .exceptionHandler(failure::complete)
                    .resume();
            return failure.future();
        });
        assertThat(Blocking.await(told)).hasMessage("gone");
    }

    private interface Start<T> {
        Future<T> run();
    }

    private <T> Future<T> onContext(Start<T> start) {
        Promise<T> result = Promise.promise();
        context.runOnContext(v -> start.run().onComplete(result));
        return result.future();
    }

    private static final class CountingInput extends InputStream {
        private final int length;
        private volatile int read;

        CountingInput(int length) {
            this.length = length;
        }

        @Override
        public int read() {
            return read == length ? -1 : 0;
        }

        @Override
        public int read(byte[] bytes, int offset, int wanted) {
            int count = Math.min(wanted, length - read);
            read += count;
            return count == 0 ? -1 : count;
        }
    }

    private static final class SlowOutput extends OutputStream {
        private final Semaphore permits;

        SlowOutput(Semaphore permits) {
            this.permits = permits;
        }

        @Override
        public void write(int b) {
            permits.acquireUninterruptibly();
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            permits.acquireUninterruptibly();
        }
    }
}
