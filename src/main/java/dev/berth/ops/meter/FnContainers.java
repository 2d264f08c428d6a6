package dev.berth.ops.meter;

import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.container.ContainerState;
import dev.berth.engine.docker.ImageCounts;
import dev.berth.error.ErrorCode;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What an Fn runner times of containers and of its engine, under Fn's names: in milliseconds, whatever the names say.
 * Thread-safe.
 */
final class FnContainers {
    /** Functions that have labels of their own; the others share one. */
    static final int MAX_FUNCTIONS = 20;

    static final String OTHER = "other";
    private static final String[] FUNCTION = {"app_id", "fn_id", "image_name"};
    static final double[] LATENCY = {1, 10, 50, 100, 250, 500, 1_000, 10_000, 60_000, 120_000};
    private static final double[] PERCENT = {1, 5, 10, 25, 50, 75, 100, 200, 400, 800, 1_600};
    private static final double NANOS = 1e6;
    /** Exit codes are a byte. */
    private static final int MAX_EXIT = 255;

    private final ByEnum<State, Histogram> durations;
    private final Histogram wait;
    private final Histogram init;
    private final Histogram engine;
    private final Histogram memoryUsage;
    private final Histogram memoryLimit;
    private final Histogram cpu;
    private volatile @Nullable ImageCounts images;
    private final Map<String, LongAdder> exits = new ConcurrentHashMap<>();
    private final Set<Function> named = ConcurrentHashMap.newKeySet();

    /** What Fn knows of a container. */
    enum State {
        START,
        IDLE,
        PAUSED,
        BUSY;

        /** Null: Fn does not count it any more. */
        static @Nullable State of(ContainerState state) {
            return switch (SlotState.of(state)) {
                case STARTING -> START;
                case FROZEN -> PAUSED;
                case IDLE -> state == ContainerState.PAUSING ? PAUSED : IDLE;
                case BUSY -> BUSY;
                case ENDING -> null;
            };
        }
    }

    /** Whose container it is. */
    record Function(String app, String id, String image) {
        static final Function REST = new Function(OTHER, OTHER, OTHER);

        static Function of(ContainerSpec spec) {
            return new Function(
                    MetricLabels.clean(spec.appId()),
                    MetricLabels.clean(spec.fnId()),
                    MetricLabels.clean(spec.image()));
        }
    }

    FnContainers(PrometheusRegistry registry) {
        durations = new ByEnum<>(
                State.class,
                state -> histogram(
                        registry,
                        "fn_container_" + Meters.label(state) + "_duration_seconds",
                        "Milliseconds that containers were in the state.",
                        FUNCTION));
        wait = histogram(
                registry,
                "fn_container_wait_duration_seconds",
                "Milliseconds that calls waited until a container was started for them.",
                FUNCTION);
        init = histogram(
                registry,
                "fn_container_uds_init_latency",
                "Milliseconds from a container's start until it was ready.",
                "container_uds_state",
                "app_id",
                "fn_id",
                "image_name");
        engine = histogram(
                registry, "fn_docker_api_latency", "Milliseconds of requests to the engine.", "api_name", "api_status");
        memoryUsage = histogram(
                registry,
                Meters.MEMORY,
                "fn_docker_stats_mem_usage",
                "Bytes that a container had in use at most during a call, of those measured.");
        memoryLimit = histogram(
                registry,
                Meters.MEMORY,
                "fn_docker_stats_mem_limit",
                "Bytes that such a container may use; not of those without a limit.");
        cpu = histogram(
                registry,
                PERCENT,
                "fn_docker_stats_cpu_total",
                "Percent of one processor that a container has used between two looks at it.");
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help, String... labels) {
        return histogram(registry, LATENCY, name, help, labels);
    }

    private static Histogram histogram(
            PrometheusRegistry registry, double[] bounds, String name, String help, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .withoutExemplars()
                .register(registry);
    }

    /** Where the times of one container go. */
    static final class Durations {
        private final ByEnum<State, DistributionDataPoint> points;

        Durations(ByEnum<State, DistributionDataPoint> points) {
            this.points = points;
        }

        void left(@Nullable State state, long nanos) {
            if (state != null) {
                points.of(state).observe(nanos / NANOS);
            }
        }
    }

    Durations of(ContainerSpec spec) {
        Function function = label(Function.of(spec));
        return new Durations(new ByEnum<>(
                State.class,
                state -> durations.of(state).labelValues(function.app(), function.id(), function.image())));
    }

    /** First come; a few more may slip in at once. */
    Function label(Function function) {
        if (named.contains(function)) {
            return function;
        }
        return named.size() < MAX_FUNCTIONS && named.add(function) ? function : Function.REST;
    }

    void waited(long nanos) {
        wait.labelValues("", "", "").observe(nanos / NANOS);
    }

    void initialized(ContainerTimings timings) {
        init.labelValues("initialized", "", "", "").observe(timings.init() / NANOS);
    }

    void notInitialized(ErrorCode error, ContainerTimings timings) {
        if (timings.init() > 0) {
            String how = error == ErrorCode.INIT_TIMEOUT ? "timedout" : "canceled";
            init.labelValues(how, "", "", "").observe(timings.init() / NANOS);
        }
    }

    void engineCall(String verb, int status, long nanos) {
        String how = status == 0 ? "error" : status < 400 ? "ok" : Integer.toString(status);
        engine.labelValues("docker_" + verb, how).observe(nanos / NANOS);
    }

    /** @param limit bytes; 0: none */
    void memory(long peak, long limit) {
        memoryUsage.observe((double) peak);
        if (limit > 0) {
            memoryLimit.observe((double) limit);
        }
    }

    /** @param within how long that took, above 0 */
    void cpu(long nanos, long within) {
        cpu.observe(100.0 * nanos / within);
    }

    void images(ImageCounts now) {
        images = now;
    }

    /** Null: none are removed here. */
    @Nullable
    ImageCounts images() {
        return images;
    }

    void exited(int code) {
        String status = "exit_" + (code & MAX_EXIT);
        exits.computeIfAbsent(status, first -> new LongAdder()).increment();
    }

    /** How often containers have ended, by exit status. */
    Map<String, LongAdder> exits() {
        return exits;
    }
}
