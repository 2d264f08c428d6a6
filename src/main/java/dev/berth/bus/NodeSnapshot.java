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

    /**
     * One slot queue.
     *
     * @param idle containers without a call, paused ones too
     * @param serviceNanos how long a call holds its slot, as waiting reckons: mean plus mean deviation; 0: not
     *     known
     * @param startNanos how long a container takes to start alone, likewise; 0: not known
     * @param kept how many containers are kept though nobody calls
     * @param seats how many calls a container takes at once
     * @param calls that hold a place in the busy ones
     */
    public record Queue(
            SlotKey key,
            String image,
            int idle,
            int paused,
            int busy,
            int starting,
            int waiting,
            long serviceNanos,
            long startNanos,
            int kept,
            int seats,
            int calls) {

        /** One of which the node has nothing any more. */
        public static Queue gone(SlotKey key, String image) {
            return new Queue(key, image, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
        }

        /** Whether the node has nothing of it any more. */
        public boolean isGone() {
            return idle == 0 && busy == 0 && starting == 0 && waiting == 0;
        }
    }
}
