package dev.berth.ops.meter;

import dev.berth.engine.docker.EngineCallListener;
import dev.berth.engine.docker.ImageCounts;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times requests to the container engine. Thread-safe. */
final class EngineMeters implements EngineCallListener {
    private final Meters meters;
    private final FnContainers fn;
    private final ByEnum<Result, Map<String, Timer>> timers =
            new ByEnum<>(Result.class, result -> new ConcurrentHashMap<>());

    private enum Result {
        OK,
        /** The engine says that the request is wrong, or that what it names is not there. */
        REFUSED,
        FAILED,
        SILENT
    }

    EngineMeters(Meters meters, FnContainers fn) {
        this.meters = meters;
        this.fn = fn;
    }

    @Override
    public void onCall(String verb, int status, long nanos) {
        Result result = result(status);
        timers.of(result).computeIfAbsent(verb, first -> timer(first, result)).record(nanos, TimeUnit.NANOSECONDS);
        fn.engineCall(verb, status, nanos);
    }

    @Override
    public void onImages(ImageCounts now) {
        fn.images(now);
    }

    private Timer timer(String verb, Result result) {
        return meters.timer(
                "berth.engine.call",
                "Requests to the container engine, to the end of the answer or to its head if it is streamed.",
                Meters.BROAD,
                "call",
                verb,
                "result",
                Meters.label(result));
    }

    private static Result result(int status) {
        if (status == 0) {
            return Result.SILENT;
        }
        return status < 400 ? Result.OK : status < 500 ? Result.REFUSED : Result.FAILED;
    }
}
