package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.ContainerSpec;
import dev.berth.ops.meter.CallFigures;
import dev.berth.ops.meter.ContainerMeters;
import dev.berth.ops.meter.SlotState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What is told of a node, as JSON: bytes, thousandths of a CPU and milliseconds, as the names say. */
final class NodeJson {
    private NodeJson() {}

    static JsonObject node(NodeView view, NodeSnapshot snapshot) {
        JsonObject containers = new JsonObject();
        count(snapshot.queues()).forEach(containers::put);
        CallFigures calls = view.meters().callFigures();
        return new JsonObject()
                .put("id", view.facts().id())
                .put("incarnation", view.facts().incarnation())
                .put("version", view.facts().version())
                .put("engine", view.facts().engine())
                .put("engineAnswers", view.cold().there())
                .put("isolated", view.facts().isolated())
                .put("draining", snapshot.draining())
                .put("callsActive", view.counters().active())
                .put("callsReceived", view.counters().received())
                .put("callsHandled", view.counters().handled())
                .put(
                        "took",
                        new JsonArray(calls.took().stream()
                                .map(took -> new JsonObject()
                                        .put("underMicros", took.micros())
                                        .put("calls", took.calls()))
                                .toList()))
                .put("coldStarts", new JsonObject(new TreeMap<>(calls.coldStarts())))
                .put("refusals", new JsonObject(new TreeMap<>(calls.refusals())))
                .put("memoryTotalBytes", snapshot.memoryTotalBytes())
                .put("memoryUsedBytes", snapshot.memoryUsedBytes())
                .put("cpuTotalMillis", snapshot.cpuTotalMillis())
                .put("cpuUsedMillis", snapshot.cpuUsedMillis())
                .put("queues", snapshot.queues().size())
                .put("containers", containers)
                .put(
                        "waiting",
                        snapshot.queues().stream()
                                .mapToLong(NodeSnapshot.Queue::waiting)
                                .sum());
    }

    private static Map<String, Integer> count(Collection<NodeSnapshot.Queue> queues) {
        int idle = 0;
        int frozen = 0;
        int busy = 0;
        int starting = 0;
        for (NodeSnapshot.Queue queue : queues) {
            idle += queue.idle() - queue.paused();
            frozen += queue.paused();
            busy += queue.busy();
            starting += queue.starting();
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("busy", busy);
        counts.put("idle", idle);
        counts.put("frozen", frozen);
        counts.put("starting", starting);
        return counts;
    }

    /** One row for each slot queue. */
    static List<JsonObject> queues(NodeSnapshot snapshot) {
        return snapshot.queues().stream()
                .map(queue -> new JsonObject()
                        .put("key", HexFormat.of().toHexDigits(queue.key().hash64()))
                        .put("image", queue.image())
                        .put("busy", queue.busy())
                        .put("idle", queue.idle() - queue.paused())
                        .put("frozen", queue.paused())
                        .put("starting", queue.starting())
                        .put("waiting", queue.waiting())
                        .put("serviceMillis", millis(queue.serviceNanos()))
                        .put("startMillis", millis(queue.startNanos())))
                .toList();
    }

    /** One row for each image, whatever the configuration its queues differ in. */
    static List<JsonObject> functions(NodeSnapshot snapshot) {
        Map<String, JsonObject> rows = new LinkedHashMap<>();
        for (JsonObject queue : queues(snapshot)) {
            JsonObject row = rows.computeIfAbsent(
                    queue.getString("image"),
                    image -> new JsonObject().put("image", image).put("queues", 0));
            row.put("queues", row.getInteger("queues") + 1);
            for (String count : List.of("busy", "idle", "frozen", "starting", "waiting")) {
                row.put(count, row.getInteger(count, 0) + queue.getInteger(count));
            }
            for (String longest : List.of("serviceMillis", "startMillis")) {
                row.put(longest, Math.max(row.getDouble(longest, 0.0), queue.getDouble(longest)));
            }
        }
        return List.copyOf(rows.values());
    }

    /** One row for each container. */
    static List<JsonObject> containers(NodeView view) {
        List<JsonObject> rows = new ArrayList<>();
        for (ContainerMeters.Entry container : view.meters().containers().all()) {
            ContainerSpec spec = container.spec();
            rows.add(new JsonObject()
                    .put("id", container.id())
                    .put("image", spec.image())
                    .put("app", spec.appId())
                    .put("fn", spec.fnId())
                    .put("key", HexFormat.of().toHexDigits(spec.key().hash64()))
                    .put("state", SlotState.of(container.state()).name().toLowerCase(Locale.ROOT))
                    .put("forMillis", millis(container.sinceNanos()))
                    .put("memoryBytes", spec.reservedBytes())
                    .put("cpuMillis", spec.cpuMillis()));
        }
        return rows;
    }

    private static double millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
    }

    /** Every setting with the place it comes from; secrets are hidden. */
    static List<JsonObject> settings(NodeView view) {
        return view.settings().stream()
                .map(setting -> new JsonObject()
                        .put("key", setting.key())
                        .put("value", setting.value())
                        .put("source", setting.source())
                        .put("isDefault", setting.isDefault()))
                .toList();
    }
}
