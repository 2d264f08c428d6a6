package dev.berth;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A runner's way down.
 *
 * <pre>
 * RUNNING ──stop──▶ DRAINING ──no call left──▶ REMOVING ──no container left──▶ CLOSING ──▶ CLOSED
 *                       │                          │                              ▲
 *                       └──limit, or asked again───┴──▶ CUT_OFF ──neither left,───┘
 *                                                                 or a short while
 * </pre>
 *
 * DRAINING waits for calls alone. Every other phase has a limit of its own, a short one where the engine does not answer,
 * so that a stop ends whatever clients and engine do: five seconds after the limit at the latest. State is confined to one context; methods may be called from any thread.
 */
final class RunnerStop {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerStop.class);

    /** For removing what is left once no call runs: an engine that does not do it in this time is in trouble. */
    private static final Duration REMOVAL = Duration.ofSeconds(30);
    /** The same where the engine does not answer. */
    private static final Duration UNANSWERED = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    /** For the last messages to clients and for removing the containers of calls that were cut off. */
    private static final Duration LAST_CHANCE = Duration.ofMillis(2_500);

    private static final Duration CLOSE_EACH = Duration.ofSeconds(10);
    private static final Duration CLOSE_ALL = Duration.ofSeconds(30);
    private static final Duration HURRIED_CLOSE_EACH = Duration.ofMillis(600);
    private static final Duration HURRIED_CLOSE_ALL = Duration.ofMillis(1_500);
    private static final Duration HURRIED_VERTX_CLOSE = Duration.ofMillis(400);

    private static final String LEFT = "containers that are not removed soon are left";

    private enum Phase {
        RUNNING,
        DRAINING,
        REMOVING,
        CUT_OFF,
        CLOSING,
        CLOSED
    }

    private enum Event {
        STOP,
        HAND_OVER,
        STOP_NOW,
        CALLS_ENDED,
        ALL_GONE,
        TIME_OVER
    }

    /** What a stop consists of. Each is called once at most, on the context of the stop. */
    interface Steps {
        /** Refuses new and waiting calls; completes when no Engage stream is open and no call of another node runs. */
        Future<Void> endCalls();

        /**
         * Removes containers as they become free; completes when none is left.
         *
         * @param handOver leaves them to the next runner instead
         */
        Future<Void> removeContainers(boolean handOver);

        /** Whether what removes the containers is there. */
        boolean engineAnswers();

        /** Ends the calls that still run. */
        void cutOff();

        /** @return how many calls were cut off */
        int callsCutOff();
    }

    private final Vertx vertx;
    private final Context context;
    private final Duration limit;
    private final RunnerParts parts;
    private final Steps steps;
    private final Promise<RunnerService.StopReport> stopped = Promise.promise();
    private volatile Phase phase = Phase.RUNNING;
    private long timer = -1;
    private long begunNanos;
    /** How long after that calls and containers are to be gone; {@code Long.MAX_VALUE}: whenever they are. */
    private long endNanos = Long.MAX_VALUE;

    /** @param limit how long calls may go on; negative: as long as they take */
    RunnerStop(Vertx vertx, Duration limit, RunnerParts parts, Steps steps) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.limit = limit;
        this.parts = parts;
        this.steps = steps;
    }

    /** Begins, unless it has begun. */
    Future<RunnerService.StopReport> begin() {
        return begin(Event.STOP);
    }

    /** The same; containers are left to the next runner. */
    Future<RunnerService.StopReport> beginHandOver() {
        return begin(Event.HAND_OVER);
    }

    private Future<RunnerService.StopReport> begin(Event how) {
        tell(how);
        return stopped.future();
    }

    /** Brings the limit forward to now. */
    void hurry() {
        tell(Event.STOP_NOW);
    }

    /** When all is closed there is no context any more. */
    private void tell(Event event) {
        if (phase != Phase.CLOSED) {
            context.runOnContext(turn -> on(event));
        }
    }

    private void on(Event event) {
        switch (phase) {
            case RUNNING -> {
                if (event == Event.STOP || event == Event.HAND_OVER) {
                    drain(event == Event.HAND_OVER);
                }
            }
            case DRAINING -> {
                switch (event) {
                    case CALLS_ENDED -> remove();
                    case STOP_NOW, TIME_OVER -> cutOff(event, "calls are cut off");
                    case STOP, HAND_OVER, ALL_GONE -> {}
                }
            }
            case REMOVING -> {
                switch (event) {
                    case ALL_GONE -> close(CLOSE_EACH, CLOSE_ALL);
                    case STOP_NOW -> cutOff(event, LEFT);
                    case TIME_OVER -> lookOrCutOff();
                    case STOP, HAND_OVER, CALLS_ENDED -> {}
                }
            }
            case CUT_OFF -> {
                if (event == Event.ALL_GONE || event == Event.TIME_OVER) {
                    close(HURRIED_CLOSE_EACH, HURRIED_CLOSE_ALL);
                }
            }
            case CLOSING, CLOSED -> {}
        }
    }

    private void drain(boolean handOver) {
        phase = Phase.DRAINING;
        begunNanos = System.nanoTime();
        if (!limit.isNegative()) {
            endNanos = limit.toNanos();
            arm(limit);
        }
        Future<Void> empty = steps.removeContainers(handOver);
        Future<Void> ended = steps.endCalls();
        ended.onComplete(done -> tell(Event.CALLS_ENDED));
        ended.compose(done -> empty).onComplete(done -> tell(Event.ALL_GONE));
    }

    private void remove() {
        phase = Phase.REMOVING;
        endNanos = Math.min(endNanos, sinceBegun() + REMOVAL.toNanos());
        armWithin(UNANSWERED);
    }

    private void lookOrCutOff() {
        if (!steps.engineAnswers()) {
            cutOff(Event.TIME_OVER, "the container engine does not answer, and containers are left");
        } else if (sinceBegun() >= endNanos) {
            cutOff(Event.TIME_OVER, LEFT);
        } else {
            armWithin(LOOK_AGAIN);
        }
    }

    private void armWithin(Duration time) {
        arm(Duration.ofNanos(Math.min(time.toNanos(), endNanos - sinceBegun())));
    }

    private long sinceBegun() {
        return System.nanoTime() - begunNanos;
    }

    private void cutOff(Event why, String what) {
        phase = Phase.CUT_OFF;
        LOG.warn("{}: {}", why == Event.STOP_NOW ? "asked again" : "time is over", what);
        arm(LAST_CHANCE);
        steps.cutOff();
    }

    private void close(Duration each, Duration all) {
        phase = Phase.CLOSING;
        disarm();
        parts.close(each, all).onComplete(done -> {
            phase = Phase.CLOSED;
            closeVertx(new RunnerService.StopReport(steps.callsCutOff(), done.result()));
        });
    }

    /**
     * Vert.x cannot be closed while verticles cannot; it ends with the process then. What tells the end is no future
     * of an event loop: it would have to complete on that loop, which is gone by then.
     */
    private void closeVertx(RunnerService.StopReport report) {
        LOG.atInfo()
                .addKeyValue("callsCutOff", report.callsCutOff())
                .addKeyValue("leftBehind", report.leftBehind())
                .log("stopped");
        if (!report.leftBehind().isEmpty()) {
            stopped.complete(report);
            return;
        }
        Duration patience = report.orderly() ? CLOSE_EACH : HURRIED_VERTX_CLOSE;
        CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> stopped.tryComplete(report));
        vertx.close().onComplete(closed -> stopped.tryComplete(report));
    }

    private void arm(Duration time) {
        disarm();
        timer = vertx.setTimer(Math.max(1, time.toMillis()), over -> on(Event.TIME_OVER));
    }

    private void disarm() {
        vertx.cancelTimer(timer);
    }
}
