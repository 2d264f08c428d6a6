package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.config.StreamConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Two endpoints on a local bus, each in a verticle of its own on an event loop of its own. */
final class EndpointPair implements AutoCloseable {
    static final int WINDOW = 64 * 1024;
    static final int MAX_FRAME = 16 * 1024;
    private static final String WORKER = "berth.test.worker.0";
    private static final long LIMIT_SECONDS = 20;

    final Vertx vertx;
    final Side initiator;
    final Side acceptor;
    final BusFaults bus;
    private final Queue<Recorded> accepted = new ConcurrentLinkedQueue<>();

    EndpointPair() {
        this(config(Duration.ofSeconds(5), Duration.ofSeconds(15)));
    }

    EndpointPair(StreamConfig config) {
        this(config, WORKER);
    }

    EndpointPair(StreamConfig config, String acceptor) {
        this(config, acceptor, vertx -> {});
    }

    /** @param prepare what to do before the endpoints exist */
    EndpointPair(StreamConfig config, Consumer<Vertx> prepare) {
        this(config, WORKER, prepare);
    }

    EndpointPair(StreamConfig config, String acceptorAddress, Consumer<Vertx> prepare) {
        vertx = Vertx.vertx();
        prepare.accept(vertx);
        bus = new BusFaults(vertx);
        initiator = side("berth.test.ingress.0", config);
        acceptor = side(acceptorAddress, config);
        accept(stream -> {});
    }

    /** Records what is accepted from now on. */
    void accept(Consumer<FrameStream> more) {
        acceptor.run(() -> acceptor.endpoint().acceptor(stream -> {
            accepted.add(new Recorded(stream));
            more.accept(stream);
        }));
    }

    Recorded open() {
        return open(WINDOW);
    }

    Recorded open(long peerWindow) {
        return initiator.call(() -> new Recorded(initiator.endpoint().open(acceptor.frames(), "call", peerWindow)));
    }

    /** The next stream that was accepted, once it is. */
    Recorded accepted() {
        acceptor.until(() -> !accepted.isEmpty());
        return accepted.remove();
    }

    static StreamConfig config(Duration pingInterval, Duration pingTimeout) {
        return new StreamConfig(WINDOW, MAX_FRAME, pingInterval, pingTimeout);
    }

    private Side side(String address, StreamConfig config) {
        Side side = new Side(address, config);
        await(vertx.deployVerticle(side));
        return side;
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("not within " + LIMIT_SECONDS + " s", e);
        }
    }

    /** Lets frames that are on their way arrive: a turn of each side, a few times over. */
    void settle() {
        for (int i = 0; i < 4; i++) {
            initiator.run(() -> {});
            acceptor.run(() -> {});
        }
    }

    void settleInitiator() {
        for (int i = 0; i < 4; i++) {
            initiator.run(() -> {});
        }
    }

    void assertNothingLeft() {
        settle();
        assertThat(initiator.active()).as("streams left at the initiator").isZero();
        assertThat(acceptor.active()).as("streams left at the acceptor").isZero();
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    static final class Side extends VerticleBase {
        final String address;
        private final StreamConfig config;
        private @Nullable StreamEndpoint endpoint;

        Side(String address, StreamConfig config) {
            this.address = address;
            this.config = config;
        }

        @Override
        public Future<?> start() {
            return StreamEndpoint.bind(vertx, address, config).onSuccess(bound -> endpoint = bound);
        }

        StreamEndpoint endpoint() {
            if (endpoint == null) {
                throw new IllegalStateException("not started");
            }
            return endpoint;
        }

        String frames() {
            return Addresses.frames(address);
        }

        /** Runs on this side's event loop and waits. */
        <T> T call(Callable<T> code) {
            Promise<T> done = Promise.promise();
            context().runOnContext(nothing -> {
                try {
                    done.complete(code.call());
                } catch (Throwable e) {
                    done.fail(e);
                }
            });
            return await(done.future());
        }

        void run(Runnable code) {
            this.<Boolean>call(() -> {
                code.run();
                return true;
            });
        }

        /** Waits, turn by turn, until something holds on this side. */
        void until(BooleanSupplier condition) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (!call(condition::getAsBoolean)) {
                assertThat(System.nanoTime()).as("waited for a condition").isLessThan(end);
            }
        }

        String deploymentId() {
            return context.deploymentID();
        }

        int active() {
            return call(() -> endpoint().active());
        }

        private Context context() {
            return context;
        }
    }
}
