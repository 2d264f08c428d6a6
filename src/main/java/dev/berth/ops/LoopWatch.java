package dev.berth.ops;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Whether event loops turn, found out from outside: each is asked again and again to do nothing. */
final class LoopWatch {
    static final Duration INTERVAL = Duration.ofMillis(500);
    /** A loop that has not answered for this long has stopped. */
    private static final long STOPPED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long ANSWERED = 0;

    private final List<Loop> loops;

    private static final class Loop {
        private final Context context;
        private final LongConsumer lag;
        /** When it was asked; or {@link #ANSWERED}. */
        private final AtomicLong asked = new AtomicLong(ANSWERED);

        Loop(Context context, LongConsumer lag) {
            this.context = context;
            this.lag = lag;
        }

        void ask() {
            long now = System.nanoTime() | 1;
            if (asked.compareAndSet(ANSWERED, now)) {
                context.runOnContext(turn -> {
                    asked.set(ANSWERED);
                    lag.accept(System.nanoTime() - now);
                });
            }
        }

        boolean stopped() {
            long since = asked.get();
            return since != ANSWERED && System.nanoTime() - since > STOPPED_NANOS;
        }
    }

    /** Told how long a loop took to come round. On that loop. */
    interface Listener {
        LongConsumer of(int loop);
    }

    private LoopWatch(Vertx vertx, List<Loop> loops) {
        this.loops = loops;
        vertx.setPeriodic(INTERVAL.toMillis(), tick -> loops.forEach(Loop::ask));
    }

    /** @param vertx whose timer asks, until the current verticle ends; its own loops are not watched */
    static LoopWatch start(Vertx vertx, List<Context> contexts, Listener listener) {
        return new LoopWatch(
                vertx,
                IntStream.range(0, contexts.size())
                        .mapToObj(i -> new Loop(contexts.get(i), listener.of(i)))
                        .toList());
    }

    /** How many loops do not turn. */
    int stopped() {
        return (int) loops.stream().filter(Loop::stopped).count();
    }
}
