package dev.berth.bus;

import dev.berth.call.SlotKey;
import java.util.List;

/** The registry's view of its node at one moment. Bytes and thousandths of a CPU. */
public record NodeSnapshot(
        boolean draining,
        long memoryTotalBytes,
        long memoryUsedBytes,
        long cpuTotalMillis,
        long cpuUsedMillis,
        List<Queue> queues) {
    public NodeSnapshot {
        queues = List.copyOf(queues);
    }

    /** One slot queue. {@code idle} counts paused containers too. */
    public record Queue(SlotKey key, String image, int idle, int paused, int busy, int starting, int waiting) {}
}
