package dev.berth.registry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Another order of idle slots, but those that are kept though nobody calls go after all others. */
final class FloorLast implements Evictable.Order {
    private final Evictable.Order order;
    private final Map<SlotQueue, Integer> left = new HashMap<>();
    private final Deque<Slot> kept = new ArrayDeque<>();

    FloorLast(Evictable.Order order) {
        this.order = order;
    }

    @Override
    public @Nullable Slot next() {
        for (Slot slot = order.next(); slot != null; slot = order.next()) {
            SlotQueue queue = slot.queue;
            if (queue.floor == 0) {
                return slot;
            }
            int containers = left.getOrDefault(queue, queue.live());
            if (containers > queue.floor) {
                left.put(queue, containers - 1);
                return slot;
            }
            kept.add(slot);
        }
        return kept.poll();
    }
}
