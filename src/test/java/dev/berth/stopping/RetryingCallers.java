package dev.berth.stopping;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.CallFinished;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Callers that each call a function of their own, one call after the other, and try again as a balancer does: after 10 ms
 * wherever nothing of the call can have run, that is where no connection is to be had or the call was refused.
 */
final class RetryingCallers implements AutoCloseable {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int MOST_REFUSALS = 100;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Vertx vertx = Vertx.vertx();
    private final int port;
    private final int count;
    private final ExecutorService threads;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> answered = new ConcurrentLinkedQueue<>();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong cold = new AtomicLong();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopped;

    RetryingCallers(int port, int count) {
        this.port = port;
        this.count = count;
        this.threads = Executors.newFixedThreadPool(count);
    }

    /** One container for each. */
    void warm() throws Exception {
        for (int i = 0; i < count; i++) {
            Caller caller = new Caller("f" + i);
            caller.call();
            caller.close();
        }
        answered.clear();
        cold.set(0);
    }

    void start() {
        for (int i = 0; i < count; i++) {
            String function = "f" + i;
            running.add(threads.submit(() -> {
                Caller caller = new Caller(function);
                while (!stopped) {
                    caller.call();
                }
                caller.close();
            }));
        }
    }

    void awaitMoreAnswers(int more) {
        int wanted = answered.size() + more;
        long end = System.nanoTime() + LIMIT_NANOS;
        while (answered.size() < wanted && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }

    void stop() throws Exception {
        stopped = true;
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    int answers() {
        return answered.size();
    }

    long retries() {
        return retries.get();
    }

    long coldStarts() {
        return cold.get();
    }

    /** The longest time in which nobody was answered. */
    long longestPause() {
        return pause()[1] - pause()[0];
    }

    long firstAnswerAfterPause() {
        return pause()[1];
    }

    private long[] pause() {
        long[] times = answered.stream().mapToLong(Long::longValue).sorted().toArray();
        int at = 1;
        for (int i = 1; i < times.length; i++) {
            at = times[i] - times[i - 1] > times[at] - times[at - 1] ? i : at;
        }
        return new long[] {times[at - 1], times[at]};
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
        Await.of(vertx.close());
    }

    private final class Caller {
        private final String function;
        private @Nullable EngageClient client;
        private int refusals;
        private volatile boolean sentAway;

        Caller(String function) {
            this.function = function;
        }

        /** One call, until it has an answer that is not to be tried again. */
        void call() {
            String model = new JsonObject()
                    .put("id", UUID.randomUUID().toString())
                    .put("image", "berth/test-fn")
                    .put("fn_id", function)
                    .put("timeout", 30)
                    .put("idle_timeout", 120)
                    .put("memory", 16)
                    .put("headers", new JsonObject().put("X-Do", new JsonArray().add("read; send ok")))
                    .encode();
            while (!tried(model)) {
                retries.incrementAndGet();
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }

        private boolean tried(String model) {
            EngageCall call;
            try {
                if (sentAway) {
                    giveUp();
                }
                EngageClient open = client;
                if (open == null) {
                    sentAway = false;
                    open = new EngageClient(vertx, port);
                    open.connection.goAwayHandler(told -> sentAway = true);
                    client = open;
                }
                call = open.engage();
            } catch (RuntimeException | AssertionError notConnected) {
                giveUp();
                return false;
            }
            return answered(call, model);
        }

        private boolean answered(EngageCall call, String model) {
            CallFinished end;
            try {
                end = call.tryCall(model).data("body", true).result().finished();
            } catch (RuntimeException | AssertionError broken) {
                giveUp();
                // Of a stream that ends without a word nobody knows whether its call has run.
                failures.add(function + " " + broken);
                return true;
            }
            if (end.getErrorCode() == 503) {
                dropTired();
                return false;
            }
            answered.add(System.nanoTime());
            if (!end.getSuccess()) {
                failures.add(function + " " + end);
            } else if (end.getCtrCreateDuration() > 0) {
                cold.incrementAndGet();
            }
            return true;
        }

        /** Each refused call is reset, as its body may go on, and a client's library ends a connection at 200 of these. */
        private void dropTired() {
            if (++refusals >= MOST_REFUSALS) {
                refusals = 0;
                giveUp();
            }
        }

        /** As balancers' libraries do once they are told to go away. */
        private void giveUp() {
            if (client != null) {
                client.http.close();
                client = null;
            }
        }

        void close() {
            if (client != null) {
                client.close();
            }
        }
    }
}
