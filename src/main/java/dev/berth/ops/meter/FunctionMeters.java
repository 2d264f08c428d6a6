package dev.berth.ops.meter;

import dev.berth.call.CallModel;
import dev.berth.call.ContainerSpec;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.CallMeter.Stage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Meters with a function's labels, for so many functions at a time; the rest are counted together as {@code other}. Places
 * are taken in order of coming. Once a minute functions that have none and were called at least twice as often as the
 * quietest that have one take theirs; those are counted as {@code other} from then on. Thread-safe.
 */
final class FunctionMeters {
    private static final int MAX_SWAPS = 10;
    /** Functions without a place whose calls are counted within a minute. */
    private static final int MAX_CANDIDATES = 4_096;

    /** Characters of a function's names together. */
    private static final int MAX_NAMES = 2_048;

    private static final String[] OUTCOMES = {"ok", "rejected", "failed", "refused", "broken", "cancelled"};

    private final MeterRegistry registry;
    private final Meters meters;
    private final int places;
    /** By function, then by image: found without making a key. */
    private final Map<String, Map<String, Function>> functions = new ConcurrentHashMap<>();

    private final AtomicInteger known = new AtomicInteger();
    private final AtomicInteger placed = new AtomicInteger();
    private final Series other;

    private static final class Function {
        private final String app;
        private final String id;
        private final String image;
        private final LongAdder recent = new LongAdder();
        private volatile @Nullable Series series;

        Function(String app, String id, String image) {
            this.app = app;
            this.id = id;
            this.image = image;
        }
    }

    private record Series(
            Map<String, Counter> calls, Counter coldStarts, Counter waited, Counter cpu, Timer run, List<Meter> all) {}

    /** @param places how many functions have labels of their own */
    FunctionMeters(MeterRegistry registry, int places) {
        this.registry = registry;
        this.meters = new Meters(registry);
        this.places = places;
        this.other = series(FnContainers.OTHER, FnContainers.OTHER, FnContainers.OTHER);
    }

    private Series series(String app, String id, String image) {
        Map<String, Counter> calls = new ConcurrentHashMap<>();
        String[] labels = {
            "app_id", MetricLabels.clean(app), "fn_id", MetricLabels.clean(id), "image", MetricLabels.clean(image)
        };
        for (String outcome : OUTCOMES) {
            calls.put(
                    outcome,
                    meters.counter(
                            "berth.function.calls",
                            "Calls that are over, by function.",
                            null,
                            with(labels, "outcome", outcome)));
        }
        Counter cold = meters.counter(
                "berth.function.cold.starts", "Calls that a container was started for, by function.", null, labels);
        Counter waited = meters.counter(
                "berth.function.wait", "Time that calls have waited for a slot, by function.", "seconds", labels);
        Counter cpu = meters.counter(
                "berth.function.cpu", "Processor time that containers have used, by function.", "seconds", labels);
        Timer run = meters.timer(
                "berth.function.run", "From a call's slot until its end, by function.", Meters.BROAD, labels);
        List<Meter> all = new ArrayList<>(calls.values());
        all.add(cold);
        all.add(waited);
        all.add(cpu);
        all.add(run);
        return new Series(calls, cold, waited, cpu, run, all);
    }

    private static String[] with(String[] labels, String name, String value) {
        String[] more = Arrays.copyOf(labels, labels.length + 2);
        more[labels.length] = name;
        more[labels.length + 1] = value;
        return more;
    }

    void ended(CallModel call, @Nullable ErrorCode error, Stage stage, long waitNanos, long runNanos, boolean cold) {
        Series series = seriesOf(call);
        Counter counter = series.calls().get(error == null ? "ok" : CallMeters.outcome(error));
        if (counter != null) {
            counter.increment();
        }
        if (stage != Stage.NEW) {
            series.waited().increment(waitNanos / 1e9);
        }
        if (stage == Stage.RUNNING) {
            series.run().record(runNanos, TimeUnit.NANOSECONDS);
            if (cold) {
                series.coldStarts().increment();
            }
        }
    }

    /** By a container, which may have been called by other nodes alone. */
    void used(ContainerSpec spec, long cpuNanos) {
        Function function = find(spec.fnId(), spec.image());
        Series series = function == null ? null : function.series;
        (series == null ? other : series).cpu().increment(cpuNanos / 1e9);
    }

    private @Nullable Function find(String fnId, String image) {
        Map<String, Function> images = functions.get(fnId);
        return images == null ? null : images.get(image);
    }

    private Series seriesOf(CallModel call) {
        Function function = find(call.fnId(), call.image());
        if (function == null) {
            function = meet(call);
        }
        if (function == null) {
            return other;
        }
        function.recent.increment();
        Series series = function.series;
        return series == null ? other : series;
    }

    /** Null: there are too many, or its names take too much memory. */
    private @Nullable Function meet(CallModel call) {
        boolean huge =
                call.appId().length() + call.fnId().length() + call.image().length() > MAX_NAMES;
        if (huge || known.get() >= places + MAX_CANDIDATES) {
            return null;
        }
        return functions
                .computeIfAbsent(call.fnId(), first -> new ConcurrentHashMap<>())
                .computeIfAbsent(call.image(), first -> {
                    known.incrementAndGet();
                    Function met = new Function(call.appId(), call.fnId(), call.image());
                    if (placed.incrementAndGet() <= places) {
                        met.series = series(met.app, met.id, met.image);
                    } else {
                        placed.decrementAndGet();
                    }
                    return met;
                });
    }

    /** A minute is over. By one thread at a time. */
    void turn() {
        List<Function> holders = new ArrayList<>();
        List<Function> candidates = new ArrayList<>();
        functions
                .values()
                .forEach(images -> images.values()
                        .forEach(function -> (function.series == null ? candidates : holders).add(function)));
        Comparator<Function> byCalls = Comparator.comparingLong(function -> function.recent.sum());
        holders.sort(byCalls);
        candidates.sort(byCalls.reversed());
        int swaps = Math.min(MAX_SWAPS, Math.min(holders.size(), candidates.size()));
        for (int i = 0; i < swaps; i++) {
            long quiet = holders.get(i).recent.sum();
            long busy = candidates.get(i).recent.sum();
            if (busy == 0 || busy < 2 * quiet) {
                break;
            }
            swap(holders.get(i), candidates.get(i));
        }
        candidates.stream().filter(function -> function.series == null).forEach(this::forget);
        functions.values().forEach(images -> images.values().forEach(function -> function.recent.reset()));
    }

    private void swap(Function leaver, Function comer) {
        Series left = leaver.series;
        leaver.series = null;
        if (left != null) {
            left.all().forEach(registry::remove);
        }
        comer.series = series(comer.app, comer.id, comer.image);
    }

    private void forget(Function function) {
        Map<String, Function> images = functions.get(function.id);
        if (images != null && images.remove(function.image, function)) {
            known.decrementAndGet();
            functions.computeIfPresent(function.id, (id, left) -> left.isEmpty() ? null : left);
        }
    }
}
