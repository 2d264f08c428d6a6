package dev.berth.stream;

import dev.berth.config.StreamConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Whole calls over streams on a local bus, with both ends on one event loop and on two.
 *
 * <p>{@code mvn -Dquick -Pbench test-compile exec:exec -Dbench=StreamBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StreamBenchmark {
    private static final int CALLS = 2000;
    private static final int FRAMES = 4096;
    private static final int FRAME_BYTES = 64 * 1024;
    private static final int WINDOW = 1 << 20;
    private static final Buffer SMALL = Buffer.buffer("0123456789".repeat(10));
    private static final Buffer BIG = Buffer.buffer(new byte[FRAME_BYTES]);

    /** Event loops the two ends are on. */
    @Param({"1", "2"})
    public int loops;

    /** Calls at once. */
    @Param({"1", "32"})
    public int inFlight;

    private Vertx vertx;
    private Context context;
    private StreamEndpoint initiator;
    private String target;

    @Setup(Level.Trial)
    public void start() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        StreamConfig config = new StreamConfig(WINDOW, FRAME_BYTES, Duration.ofSeconds(5), Duration.ofSeconds(15));
        context = eventLoop();
        initiator = bind(context, "berth.bench.ingress.0", config);
        target = "berth.bench.worker.0.frames";
        StreamEndpoint acceptor = bind(loops == 1 ? context : eventLoop(), "berth.bench.worker.0", config);
        acceptor.acceptor(StreamBenchmark::answer);
    }

    private Context eventLoop() throws Exception {
        Promise<Context> made = Promise.promise();
        Handler<Void> keep = nothing -> made.complete(vertx.getOrCreateContext());
        vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        keep.handle(null);
                        return Future.succeededFuture();
                    }
                })
                .onFailure(made::tryFail);
        return await(made.future());
    }

    private StreamEndpoint bind(Context on, String address, StreamConfig config) throws Exception {
        Promise<StreamEndpoint> bound = Promise.promise();
        on.runOnContext(nothing -> StreamEndpoint.bind(vertx, address, config).onComplete(bound));
        return await(bound.future());
    }

    private static void answer(FrameStream stream) {
        stream.inbound().handler(bytes -> {});
        stream.inbound().endHandler(nothing -> {
            stream.note("head");
            stream.outbound().write(SMALL);
            stream.finish("end");
        });
    }

    @TearDown(Level.Trial)
    public void stop() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** One call: open, data and end there; note, data and finish back. Six frames. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void call() throws Exception {
        Promise<Void> done = Promise.promise();
        context.runOnContext(nothing -> new Calls(done).start());
        await(done.future());
    }

    /** One frame of 64 KiB, under credit, passed by reference: 1 µs per frame would be 65 GB/s. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void bigFrame() throws Exception {
        Promise<Void> done = Promise.promise();
        context.runOnContext(nothing -> {
            FrameStream stream = initiator.open(target, "bulk", WINDOW);
            stream.inbound().handler(bytes -> {});
            stream.finishHandler(end -> done.complete());
            new Bulk(stream).start();
        });
        await(done.future());
    }

    private final class Calls {
        private final Promise<Void> done;
        private int started;
        private int ended;

        Calls(Promise<Void> done) {
            this.done = done;
        }

        void start() {
            for (int i = 0; i < inFlight; i++) {
                next();
            }
        }

        private void next() {
            if (started == CALLS) {
                return;
            }
            started++;
            FrameStream stream = initiator.open(target, "call", WINDOW);
            stream.inbound().handler(bytes -> {});
            stream.finishHandler(this::onFinish);
            stream.outbound().write(SMALL);
            stream.outbound().end();
        }

        private void onFinish(Object end) {
            if (++ended == CALLS) {
                done.complete();
            } else {
                next();
            }
        }
    }

    private static final class Bulk {
        private final FrameStream stream;
        private int left = FRAMES;

        Bulk(FrameStream stream) {
            this.stream = stream;
        }

        void start() {
            stream.outbound().drainHandler(nothing -> write());
            write();
        }

        private void write() {
            while (left > 0 && !stream.outbound().writeQueueFull()) {
                stream.outbound().write(BIG);
                if (--left == 0) {
                    stream.outbound().end();
                }
            }
        }
    }
}
