package dev.berth.ops.meter;

import dev.berth.call.CallModel;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.CallMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts and times calls. */
final class CallMeters implements CallMeter {
    private static final int BUSY = 503;
    private static final int TIMED_OUT = 504;
    private static final String CALLS = "berth.calls";
    private static final String TEXT = "Calls that are over, by how they ended.";

    private final Counter succeeded;
    private final Counter aborted;
    private final ByEnum<ErrorCode, Counter> failed;

    private final ByEnum<Fn, LongAdder> fn = new ByEnum<>(Fn.class, counter -> new LongAdder());

    private final LongAdder waiting = new LongAdder();
    private final LongAdder running = new LongAdder();
    private final FunctionMeters functions;
    private final Timer waitGranted;
    private final Timer waitRefused;
    private final Timer runHot;
    private final Timer runCold;
    private final Latencies latencies = new Latencies();
    private final Counter requestBytes;
    private final Counter responseBytes;

    CallMeters(Meters meters, FunctionMeters functions) {
        this.functions = functions;
        succeeded = meters.counter(CALLS, TEXT, null, "outcome", "ok", "code", "ok");
        aborted = meters.counter(CALLS, TEXT, null, "outcome", "rejected", "code", "protocol");
        failed = new ByEnum<>(
                ErrorCode.class,
                code -> meters.counter(CALLS, TEXT, null, "outcome", outcome(code), "code", Meters.label(code)));
        meters.gauge("berth.calls.waiting", "Calls that wait for a slot.", null, waiting::sum);
        meters.gauge("berth.calls.running", "Calls that have a slot.", null, running::sum);
        waitGranted = wait(meters, "granted");
        waitRefused = wait(meters, "refused");
        runHot = run(meters, "hot");
        runCold = run(meters, "cold");
        requestBytes = meters.counter("berth.request", "Bytes of bodies that clients have sent.", "bytes");
        responseBytes = meters.counter("berth.response", "Bytes of bodies that functions have answered.", "bytes");
    }

    private static Timer wait(Meters meters, String result) {
        return meters.timer(
                "berth.call.wait",
                "From a call's coming until it had a slot, or gave up.",
                Meters.BROAD,
                "result",
                result);
    }

    private static Timer run(Meters meters, String start) {
        return meters.timer(
                "berth.call.run",
                "From a call's slot until its end, by whether a container was started for it.",
                Meters.BROAD,
                "start",
                start);
    }

    static String outcome(ErrorCode code) {
        return switch (code.blame()) {
            case CALLER -> "rejected";
            case FUNCTION -> "failed";
            case CAPACITY -> "refused";
            case PLATFORM -> "broken";
            case NOBODY -> "cancelled";
        };
    }

    /** Fn's counters of calls. */
    enum Fn {
        CALLS,
        COMPLETED,
        CANCELED,
        TIMEOUTS,
        ERRORS,
        SERVER_BUSY
    }

    @Override
    public void waiting() {
        fn.of(Fn.CALLS).increment();
        waiting.increment();
    }

    @Override
    public void started() {
        waiting.decrement();
        running.increment();
    }

    @Override
    public void slotLost() {
        running.decrement();
        waiting.increment();
    }

    @Override
    public void ended(
            @Nullable CallModel call,
            @Nullable ErrorCode error,
            int wireCode,
            Stage stage,
            long waitNanos,
            long runNanos,
            boolean cold) {
        (error == null ? succeeded : failed.of(error)).increment();
        if (call != null) {
            functions.ended(call, error, stage, waitNanos, runNanos, cold);
        }
        leave(stage);
        countAsFn(wireCode, error, stage);
        if (stage == Stage.RUNNING) {
            latencies.record(waitNanos + runNanos);
            waitGranted.record(waitNanos, TimeUnit.NANOSECONDS);
            (cold ? runCold : runHot).record(runNanos, TimeUnit.NANOSECONDS);
        } else if (stage == Stage.WAITING) {
            waitRefused.record(waitNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** A call whose document could not be read is none to Fn; one refused before it waited counts as a call here. */
    private void countAsFn(int wireCode, @Nullable ErrorCode error, Stage stage) {
        if (stage == Stage.NEW) {
            if (wireCode == BUSY) {
                fn.of(Fn.CALLS).increment();
                fn.of(Fn.SERVER_BUSY).increment();
            }
            return;
        }
        Fn end = error == null
                ? Fn.COMPLETED
                : error == ErrorCode.CANCELLED
                        ? Fn.CANCELED
                        : wireCode == TIMED_OUT ? Fn.TIMEOUTS : wireCode == BUSY ? Fn.SERVER_BUSY : Fn.ERRORS;
        fn.of(end).increment();
    }

    long countedAs(Fn counter) {
        return fn.of(counter).sum();
    }

    @Override
    public void aborted(Stage stage) {
        aborted.increment();
        if (stage != Stage.NEW) {
            fn.of(Fn.ERRORS).increment();
        }
        leave(stage);
    }

    private void leave(Stage stage) {
        switch (stage) {
            case NEW -> {}
            case WAITING -> waiting.decrement();
            case RUNNING -> running.decrement();
        }
    }

    @Override
    public void bytes(long request, long response) {
        if (request > 0) {
            requestBytes.increment((double) request);
        }
        if (response > 0) {
            responseBytes.increment((double) response);
        }
    }

    List<CallFigures.Took> took() {
        return latencies.counted();
    }

    long waitingNow() {
        return waiting.sum();
    }

    long runningNow() {
        return running.sum();
    }
}
