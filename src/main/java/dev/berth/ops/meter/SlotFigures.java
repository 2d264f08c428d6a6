package dev.berth.ops.meter;

import dev.berth.bus.NodeSnapshot;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Slots and room as they were when metrics were asked for last. Written by one thread at a time. */
final class SlotFigures {
    private volatile Map<SlotState, Integer> slots = Map.of();
    private volatile @Nullable NodeSnapshot node;

    SlotFigures(Meters meters) {
        for (SlotState state : SlotState.values()) {
            meters.gauge(
                    "berth.slots",
                    "Containers of this node, by state.",
                    null,
                    () -> slots.getOrDefault(state, 0),
                    "state",
                    Meters.label(state));
        }
        meters.gauge("berth.queues", "Slot queues: kinds of containers that are there or waited for.", null, () -> {
            NodeSnapshot now = node;
            return now == null ? Double.NaN : now.queues().size();
        });
        room(meters, "berth.memory", "Memory for functions.", "bytes", "total", NodeSnapshot::memoryTotalBytes, 1);
        room(meters, "berth.memory", "Memory for functions.", "bytes", "used", NodeSnapshot::memoryUsedBytes, 1);
        room(meters, "berth.cpu", "Processors for functions.", "cores", "total", NodeSnapshot::cpuTotalMillis, 1_000);
        room(meters, "berth.cpu", "Processors for functions.", "cores", "used", NodeSnapshot::cpuUsedMillis, 1_000);
    }

    private interface Figure {
        long of(NodeSnapshot node);
    }

    private void room(Meters meters, String name, String text, String unit, String kind, Figure figure, double scale) {
        meters.gauge(
                name,
                text,
                unit,
                () -> {
                    NodeSnapshot now = node;
                    return now == null ? Double.NaN : figure.of(now) / scale;
                },
                "kind",
                kind);
    }

    /** What the registry said last; null: it is silent, or has not been asked. */
    @Nullable
    NodeSnapshot node() {
        return node;
    }

    void take(@Nullable NodeSnapshot snapshot, Collection<ContainerMeters.Entry> containers) {
        Map<SlotState, Integer> counted = new EnumMap<>(SlotState.class);
        for (ContainerMeters.Entry container : containers) {
            counted.merge(SlotState.of(container.state()), 1, Integer::sum);
        }
        slots = counted;
        node = snapshot;
    }
}
