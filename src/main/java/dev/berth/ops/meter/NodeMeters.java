package dev.berth.ops.meter;

import dev.berth.bus.NodeSnapshot;
import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.Placed;
import dev.berth.config.MetricsConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.docker.EngineCallListener;
import dev.berth.ingress.CallMeter;
import dev.berth.registry.SlotObserver;
import dev.berth.status.StatusMeter;
import dev.berth.stream.StreamStalls;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * All meters of a node. Those of calls are there before the first call; what needs more to be loaded is added by
 * {@link #complete}, when calls are taken already. Thread-safe.
 */
public final class NodeMeters implements AutoCloseable {
    private final PrometheusMeterRegistry text = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** All that meters are made in; the one above, unless they are sent somewhere too. */
    private final MeterRegistry registry;

    private final Meters meters;
    private final FnHttp http;
    private final FnStatus status;
    private final FunctionMeters functions;
    private final CallMeters calls;
    private final SlotMeters slots;
    private final ContainerMeters containers;
    private final EngineMeters engine;
    private final SlotFigures figures;
    private final @Nullable Duration pushed;
    private @Nullable JvmGcMetrics collections;

    private static final String SERVICE = "berth";

    /** @param node its id, for a collector */
    public NodeMeters(MetricsConfig config, String node) {
        URI collector = config.otlpUrl();
        registry = collector == null
                ? text
                : new CompositeMeterRegistry(
                        Clock.SYSTEM, List.of(text, OtlpPush.start(config, collector, SERVICE, node)));
        pushed = collector == null ? null : config.otlpInterval();
        http = new FnHttp(text.getPrometheusRegistry());
        status = new FnStatus(text.getPrometheusRegistry());
        FnContainers fn = new FnContainers(text.getPrometheusRegistry());
        meters = new Meters(registry);
        functions = new FunctionMeters(registry, config.functions());
        calls = new CallMeters(meters, functions);
        slots = new SlotMeters(meters, fn);
        containers = new ContainerMeters(meters, fn, functions);
        engine = new EngineMeters(meters, fn);
        figures = new SlotFigures(meters);
        text.getPrometheusRegistry().register(new FnProcess());
        text.getPrometheusRegistry().register(new FnFigures(calls, slots, containers, fn, figures));
    }

    public CallMeter calls() {
        return calls;
    }

    /** What the console shows of calls. */
    public CallFigures callFigures() {
        return new CallFigures(calls.took(), slots.coldStarts(), slots.refusals());
    }

    public SlotObserver slots() {
        return slots;
    }

    public StatusMeter status() {
        return status;
    }

    public LifecycleObserver lifecycle() {
        return containers;
    }

    /** The containers of the node. */
    public ContainerMeters containers() {
        return containers;
    }

    public EngineCallListener engine() {
        return engine;
    }

    /** Adds what the process and the cluster tell. Blocks a little; once. */
    public void complete(@Nullable ClusterBoard cluster) {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(registry);
        collections = gc;
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new NettyAllocatorMetrics(PooledByteBufAllocator.DEFAULT).bindTo(registry);
        if (cluster != null) {
            cluster(cluster);
        }
    }

    /** Adds how long senders of streams stand still. */
    public void streams(StreamStalls stalls) {
        stalled(stalls, "request", StreamStalls::requestSeconds);
        stalled(stalls, "response", StreamStalls::responseSeconds);
    }

    private void stalled(StreamStalls stalls, String direction, ToDoubleFunction<StreamStalls> seconds) {
        FunctionCounter.builder("berth.stream.stalled", stalls, seconds)
                .description("Time that bodies stood still because their receivers took nothing more.")
                .baseUnit("seconds")
                .tag("direction", direction)
                .register(registry);
    }

    /**
     * Adds when certificates expire.
     *
     * @param files PEM, by the name of the port they are for
     */
    public void certificates(Map<String, Path> files) {
        new CertificateFigures(meters, files);
    }

    /**
     * Adds whether the node is ready.
     *
     * @param ready asked on any thread
     */
    public void ready(BooleanSupplier ready) {
        meters.gauge(
                "berth.ready",
                "1 if the node takes calls and can start containers, as /readyz says it; else 0.",
                null,
                () -> ready.getAsBoolean() ? 1 : 0);
    }

    private void cluster(ClusterBoard cluster) {
        new ClusterFigures(meters, cluster);
        for (Placed placed : Placed.values()) {
            FunctionCounter.builder(
                            "berth.cluster.placements",
                            cluster,
                            board -> board.report().placements().getOrDefault(placed, 0L))
                    .description("Calls that came to this node, by where they were placed.")
                    .tag("outcome", Meters.label(placed))
                    .register(registry);
        }
    }

    /** Takes how long an event loop took to come round. On any thread. */
    public LongConsumer lag(int loop) {
        Timer lag = meters.timer(
                "berth.event.loop.lag",
                "How long an event loop took to come round, asked twice a second.",
                Meters.SHORT,
                "loop",
                Integer.toString(loop));
        return nanos -> lag.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Counts an answer of the operations port, by its route and the hundreds of its status. */
    public void answered(String method, String route, int status, long nanos) {
        http.answered(method, route, status, nanos);
        meters.counter(
                        "berth.http.requests",
                        "Answers of the operations port.",
                        null,
                        "route",
                        route.isEmpty() ? "none" : route,
                        "class",
                        status / 100 + "xx")
                .increment();
    }

    /** A minute is over: places go to functions that are called most. By one thread at a time. */
    public void turn() {
        functions.turn();
    }

    /** Takes what the registry says of now; null: it is silent. By one thread at a time. */
    public void look(@Nullable NodeSnapshot snapshot) {
        figures.take(snapshot, containers.all());
    }

    /** How often those who are sent metrics want them to be of now; null: nobody is. */
    public @Nullable Duration pushed() {
        return pushed;
    }

    /**
     * Writes all of it. Blocks for some tens of milliseconds.
     *
     * @param snapshot what the registry says; null: it is silent
     * @param openMetrics in that format, else in Prometheus' own
     */
    public void write(OutputStream out, @Nullable NodeSnapshot snapshot, boolean openMetrics) throws IOException {
        look(snapshot);
        // The largest of late is no use to whoever has the histogram.
        MetricSnapshots all = text.getPrometheusRegistry().scrape(name -> !name.endsWith("_max"));
        if (openMetrics) {
            OpenMetricsTextFormatWriter.create().write(out, all, EscapingScheme.UNDERSCORE_ESCAPING);
        } else {
            PrometheusTextFormatWriter.create().write(out, all, EscapingScheme.UNDERSCORE_ESCAPING);
        }
    }

    /** What {@link #write} writes. */
    public static String contentType(boolean openMetrics) {
        return openMetrics ? OpenMetricsTextFormatWriter.CONTENT_TYPE : PrometheusTextFormatWriter.CONTENT_TYPE;
    }

    @Override
    public void close() {
        if (collections != null) {
            collections.close();
        }
        registry.close();
    }
}
