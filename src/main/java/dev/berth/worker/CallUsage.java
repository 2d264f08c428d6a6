package dev.berth.worker;

import dev.berth.bus.CallEnd;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Usage;
import dev.berth.engine.UsageMeter;
import dev.berth.why.Truth;
import dev.berth.worker.http.VertxSeam;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Measures what one container's calls use, and tells their ends with it.
 *
 * <p>A reading costs microseconds, which is much to a call that takes a hundred of them. So a call is measured only if
 * somebody will look at it, or if its container's last calls were not all short; its first reading is made when its
 * request has been sent, and its last one before its end is told only if it has lasted long. A short one that is looked
 * at has its end told twice: as a note, and with what was measured when the stream is finished.
 *
 * <p>Confined to the worker's context.
 */
final class CallUsage {
    /** A call that has lasted so long does not notice a reading. */
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A container none of whose last calls has lasted so long is not expected to have a long one. */
    private static final long NOTEWORTHY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int SHORT_CALLS = 8;

    /** What makes readings wait is over in milliseconds; no end of a call hangs on one that is not. */
    private static final long PATIENCE_MILLIS = 100;

    private final Context context;
    private final LifecycleObserver observer;
    private final long limitBytes;
    private UsageMeter meter = UsageMeter.NONE;
    private boolean closed;
    private int shortCalls;
    private long countedCpu;
    private long countedThrottled;
    private @Nullable Measured current;
    /** Its end has been told, what it has used has not. */
    private @Nullable Measured late;

    /** A call of which more than its end is told. */
    private static final class Measured {
        private final ActiveCall call;
        private @Nullable Future<Usage> first;
        private Future<Truth> known = Future.succeededFuture(Truth.NONE);
        private @Nullable CallEnd end;

        Measured(ActiveCall call) {
            this.call = call;
        }
    }

    /** @param limitBytes of the container's memory; 0: none */
    CallUsage(Context context, LifecycleObserver observer, long limitBytes) {
        this.context = context;
        this.observer = observer;
        this.limitBytes = limitBytes;
    }

    /** The container has started, and can be measured from now on. Closes what comes too late. */
    void opened(UsageMeter opened) {
        if (closed) {
            opened.close();
        } else {
            meter = opened;
        }
    }

    /** The call has been given to its function, which is sent it within this turn. */
    void begin(ActiveCall call) {
        tellLate();
        current = null;
        if (meter != UsageMeter.NONE && (call.looked() || shortCalls < SHORT_CALLS)) {
            Measured begun = new Measured(call);
            current = begun;
            VertxSeam.afterTurn(context, () -> {
                if (current == begun && !closed) {
                    begun.first = read(true);
                }
            });
        }
    }

    /** The call broke off, perhaps because its container has ended: soon there will be nothing to read. */
    void broke(ActiveCall call) {
        Measured measured = measured(call);
        if (measured != null) {
            measured.known = usedBy(measured);
        }
    }

    /** Tells the end of a call. */
    void end(ActiveCall call, CallEnd end) {
        Measured measured = measured(call);
        current = null;
        if (!call.begun()) {
            call.stream().finish(end);
            return;
        }
        long lasted = call.lasted();
        shortCalls = lasted < NOTEWORTHY_NANOS ? Math.min(SHORT_CALLS, shortCalls + 1) : 0;
        if (measured == null) {
            call.stream().finish(end);
        } else if (lasted >= LONG_NANOS) {
            finish(measured, end);
        } else if (call.looked() || end.error() != null) {
            call.note(end);
            measured.end = end;
            late = measured;
            // On this loop the end may be on its way to the caller still.
            VertxSeam.afterTurn(context, this::tellLate);
        } else {
            call.stream().finish(end);
        }
    }

    private @Nullable Measured measured(ActiveCall call) {
        Measured measured = current;
        return measured != null && measured.call == call && measured.first != null ? measured : null;
    }

    private void tellLate() {
        Measured due = late;
        late = null;
        if (due != null && due.end != null) {
            finish(due, due.end);
        }
    }

    private void finish(Measured measured, CallEnd end) {
        usedBy(measured)
                .compose(used -> used.known() ? Future.succeededFuture(used) : measured.known)
                .onSuccess(used -> {
                    if (used.peakBytes() > 0 && used.peakOfCall()) {
                        observer.callPeak(used.peakBytes());
                    }
                    measured.call.stream().finish(end.with(used));
                });
    }

    private Future<Truth> usedBy(Measured measured) {
        Future<Usage> first = measured.first;
        if (first == null) {
            return Future.succeededFuture(Truth.NONE);
        }
        Future<Usage> last = read(false);
        return first.compose(begun -> last.map(ended -> between(begun, ended)));
    }

    private Truth between(Usage first, Usage last) {
        if (!first.known() || !last.known()) {
            return Truth.NONE;
        }
        boolean sampled = last.memory() == Usage.Memory.IN_USE;
        return new Truth(
                TimeUnit.NANOSECONDS.toMicros(Math.max(0, last.cpuNanos() - first.cpuNanos())),
                TimeUnit.NANOSECONDS.toMicros(Math.max(0, last.throttledNanos() - first.throttledNanos())),
                sampled ? Math.max(first.memoryBytes(), last.memoryBytes()) : last.memoryBytes(),
                limitBytes,
                sampled || first.memory() == Usage.Memory.PEAK_UNTIL_NOW);
    }

    /** Completes soon, and does not fail. */
    private Future<Usage> read(boolean anew) {
        Future<Usage> reading = meter.read(anew);
        if (!reading.isComplete()) {
            Promise<Usage> soon = Promise.promise();
            long timer = context.owner().setTimer(PATIENCE_MILLIS, due -> soon.tryComplete(Usage.UNKNOWN));
            reading.onComplete(read -> {
                context.owner().cancelTimer(timer);
                soon.tryComplete(read.succeeded() ? read.result() : Usage.UNKNOWN);
            });
            reading = soon.future();
        }
        return reading.onSuccess(this::count);
    }

    /** Whatever the container has used counts once, calls that were not measured and its start included. */
    private void count(Usage now) {
        if (now.known() && now.cpuNanos() >= countedCpu) {
            observer.used(now.cpuNanos() - countedCpu, Math.max(0, now.throttledNanos() - countedThrottled));
            countedCpu = now.cpuNanos();
            countedThrottled = Math.max(countedThrottled, now.throttledNanos());
        }
    }

    /** The container is about to be removed. Completes when its files are closed; does not fail; may be repeated. */
    Future<Void> close() {
        tellLate();
        if (closed) {
            return Future.succeededFuture();
        }
        closed = true;
        UsageMeter last = meter;
        return last == UsageMeter.NONE
                ? Future.succeededFuture()
                : read(false).compose(counted -> {
                    meter = UsageMeter.NONE;
                    return last.close();
                });
    }
}
