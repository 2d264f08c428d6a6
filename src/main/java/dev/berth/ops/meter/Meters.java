package dev.berth.ops.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes meters in one way: a name, one sentence, and bounds that fit what is timed. */
final class Meters {
    /** From a hot call to an image pull. */
    static final Duration[] BROAD = seconds(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300);

    /** Waking and lag. */
    static final Duration[] SHORT = seconds(.0005, .001, .002, .005, .01, .025, .05, .1, .25, 1);

    /** Of memory: 16 MiB to 4 GiB, each twice the one before. */
    static final double[] MEMORY = IntStream.rangeClosed(24, 32)
            .mapToDouble(power -> (double) (1L << power))
            .toArray();

    private final MeterRegistry registry;

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    Counter counter(String name, String text, @Nullable String unit, String... tags) {
        return Counter.builder(name).description(text).baseUnit(unit).tags(tags).register(registry);
    }

    Timer timer(String name, String text, Duration[] bounds, String... tags) {
        return Timer.builder(name)
                .description(text)
                .tags(tags)
                .serviceLevelObjectives(bounds)
                .register(registry);
    }

    DistributionSummary bytes(String name, String text, double[] bounds) {
        return DistributionSummary.builder(name)
                .description(text)
                .baseUnit("bytes")
                .serviceLevelObjectives(bounds)
                .register(registry);
    }

    void gauge(String name, String text, @Nullable String unit, Supplier<Number> value, String... tags) {
        Gauge.builder(name, value)
                .description(text)
                .baseUnit(unit)
                .tags(Tags.of(tags))
                .register(registry);
    }

    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static Duration[] seconds(double... seconds) {
        return Arrays.stream(seconds)
                .mapToObj(value -> Duration.ofNanos(Math.round(value * 1e9)))
                .toArray(Duration[]::new);
    }
}
