package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps every lane busy: the next call starts when the one before has ended. Calls are recorded once the warm-up is
 * over; every reply is checked, also during the warm-up. Runs on one event loop.
 */
final class ClosedLoop {
    private static final int SUMS_EVERY = 16;
    private static final long STALL_SECONDS = 60;

    private final Vertx vertx;
    private final List<? extends Lane> lanes;
    private final Plan plan;
    private final Measurement result;
    private final Promise<Measurement> done = Promise.promise();
    private long recordFrom;
    private long stopAt;
    private int started;
    private int running;
    private long lastEnd;

    /**
     * How long to go on, warm-up left out: until the time is over or that many calls were made, whichever is first.
     */
    record Plan(Duration warmup, Duration duration, int count) {
        static Plan lasting(Duration warmup, Duration duration) {
            return new Plan(warmup, duration, Integer.MAX_VALUE);
        }

        static Plan counting(int count) {
            return new Plan(Duration.ZERO, Duration.ofHours(1), count);
        }
    }

    private ClosedLoop(Vertx vertx, List<? extends Lane> lanes, Plan plan, long requestBytes) {
        this.vertx = vertx;
        this.lanes = lanes;
        this.plan = plan;
        this.result = new Measurement(requestBytes);
    }

    /** To be called on the lanes' event loop. Does not fail for failed calls, which are counted; fails when stuck. */
    static Future<Measurement> run(Vertx vertx, List<? extends Lane> lanes, Plan plan, long requestBytes) {
        return new ClosedLoop(vertx, lanes, plan, requestBytes).run();
    }

    private Future<Measurement> run() {
        long now = System.nanoTime();
        recordFrom = now + plan.warmup().toNanos();
        stopAt = recordFrom + plan.duration().toNanos();
        lastEnd = now;
        result.startAt(recordFrom);
        long watch = vertx.setPeriodic(TimeUnit.SECONDS.toMillis(1), id -> failIfStuck());
        running = lanes.size();
        lanes.forEach(lane -> next(lane, 0));
        return done.future().onComplete(any -> vertx.cancelTimer(watch));
    }

    private void next(Lane lane, int number) {
        long start = System.nanoTime();
        if (start >= stopAt || started >= plan.count()) {
            if (--running == 0) {
                result.made(started);
                result.stopAt(Math.max(lastEnd, recordFrom));
                done.tryComplete(result);
            }
            return;
        }
        started++;
        lane.call(number % SUMS_EVERY == 0).onComplete(reply -> {
            lastEnd = System.nanoTime();
            if (reply.failed()) {
                result.failed(reply.cause());
            } else if (start >= recordFrom) {
                result.succeeded(lastEnd - start, reply.result());
            }
            next(lane, number + 1);
        });
    }

    private void failIfStuck() {
        if (System.nanoTime() - lastEnd > TimeUnit.SECONDS.toNanos(STALL_SECONDS)) {
            done.tryFail("no call has ended for " + STALL_SECONDS + " s; " + running + " lanes wait");
        }
    }
}
