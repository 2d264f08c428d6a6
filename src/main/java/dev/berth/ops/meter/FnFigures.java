package dev.berth.ops.meter;

import dev.berth.bus.NodeSnapshot;
import dev.berth.engine.docker.ImageCounts;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an Fn runner counts, under Fn's names and labels, made when metrics are asked for. All of them are gauges here: the
 * names do not fit the counters that Prometheus knows, and some of them fall.
 */
final class FnFigures implements MultiCollector {
    private final CallMeters calls;
    private final SlotMeters slots;
    private final ContainerMeters containers;
    private final FnContainers fn;
    private final SlotFigures figures;

    FnFigures(CallMeters calls, SlotMeters slots, ContainerMeters containers, FnContainers fn, SlotFigures figures) {
        this.calls = calls;
        this.slots = slots;
        this.containers = containers;
        this.fn = fn;
        this.figures = figures;
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        for (CallMeters.Fn counter : CallMeters.Fn.values()) {
            all.metricSnapshot(plain(Meters.label(counter), "Calls, as Fn counts them.", calls.countedAs(counter)));
        }
        all.metricSnapshot(plain("queued", "Calls that wait for a slot.", calls.waitingNow()));
        all.metricSnapshot(plain("running", "Calls that have a slot.", calls.runningNow()));
        NodeSnapshot node = figures.node();
        if (node != null) {
            room(all, node);
        }
        containerStates(all, node);
        evictions(all);
        exits(all);
        images(all);
        return all.build();
    }

    private static void room(MetricSnapshots.Builder all, NodeSnapshot node) {
        all.metricSnapshot(plain("util_cpu_used", "Thousandths of a CPU in use.", node.cpuUsedMillis()));
        all.metricSnapshot(
                plain("util_cpu_avail", "Thousandths of a CPU free.", node.cpuTotalMillis() - node.cpuUsedMillis()));
        all.metricSnapshot(plain("util_mem_used", "Bytes of memory in use.", node.memoryUsedBytes()));
        all.metricSnapshot(
                plain("util_mem_avail", "Bytes of memory free.", node.memoryTotalBytes() - node.memoryUsedBytes()));
    }

    private void containerStates(MetricSnapshots.Builder all, @Nullable NodeSnapshot node) {
        Map<FnContainers.State, Map<FnContainers.Function, Integer>> counted = new EnumMap<>(FnContainers.State.class);
        for (ContainerMeters.Entry container : containers.all()) {
            FnContainers.State state = FnContainers.State.of(container.state());
            if (state != null) {
                counted.computeIfAbsent(state, first -> new HashMap<>())
                        .merge(fn.label(FnContainers.Function.of(container.spec())), 1, Integer::sum);
            }
        }
        for (FnContainers.State state : FnContainers.State.values()) {
            byFunction(all, Meters.label(state), counted.getOrDefault(state, Map.of()));
        }
        int starved = node == null
                ? 0
                : node.queues().stream()
                        .mapToInt(queue -> Math.max(0, queue.waiting() - queue.starting()))
                        .sum();
        byFunction(all, "wait", Map.of(new FnContainers.Function("", "", ""), starved));
    }

    private static void byFunction(
            MetricSnapshots.Builder all, String state, Map<FnContainers.Function, Integer> counted) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name("fn_container_" + state + "_total").help("Containers in the state.");
        counted.forEach((function, count) -> gauge.dataPoint(
                point(count, "app_id", function.app(), "fn_id", function.id(), "image_name", function.image())));
        if (counted.isEmpty()) {
            gauge.dataPoint(point(0, "app_id", "", "fn_id", "", "image_name", ""));
        }
        all.metricSnapshot(gauge.build());
    }

    private void evictions(MetricSnapshots.Builder all) {
        all.metricSnapshot(GaugeSnapshot.builder()
                .name("fn_container_evictions")
                .help("Containers removed for the room they took.")
                .dataPoint(evicted("idle", slots.evicted(false)))
                .dataPoint(evicted("paused", slots.evicted(true)))
                .build());
    }

    private static GaugeDataPointSnapshot evicted(String state, double count) {
        return point(count, "app_id", "", "container_state", state, "fn_id", "", "image_name", "");
    }

    private void exits(MetricSnapshots.Builder all) {
        GaugeSnapshot.Builder exits =
                GaugeSnapshot.builder().name("fn_docker_exits").help("Containers that have ended, by exit status.");
        fn.exits()
                .forEach((status, count) -> exits.dataPoint(
                        point((double) count.sum(), "api_name", "docker_wait_container", "exit_status", status)));
        all.metricSnapshot(exits.build());
    }

    private void images(MetricSnapshots.Builder all) {
        ImageCounts images = fn.images();
        if (images != null) {
            String name = "image_cleaner_";
            all.metricSnapshot(plain(name + "busy_img_count", "Images that containers use.", images.busy()));
            all.metricSnapshot(plain(name + "busy_img_size", "Bytes of these.", images.busyBytes()));
            all.metricSnapshot(plain(name + "idle_img_count", "Images that may be removed.", images.idle()));
            all.metricSnapshot(plain(name + "idle_img_size", "Bytes of these.", images.idleBytes()));
            all.metricSnapshot(
                    plain(name + "max_img_size", "Bytes of all from which idle ones are removed.", images.maxBytes()));
        }
    }

    private static GaugeSnapshot plain(String name, String help, long value) {
        return GaugeSnapshot.builder()
                .name("fn_" + name)
                .help(help)
                .dataPoint(point((double) value))
                .build();
    }

    private static GaugeDataPointSnapshot point(double value, String... labels) {
        return GaugeDataPointSnapshot.builder()
                .value(value)
                .labels(Labels.of(labels))
                .build();
    }
}
