package dev.berth.registry;

import dev.berth.bus.NodeSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The queues that look different from when they were last told of. Kept only once somebody has asked, so that nothing
 * piles up where nobody does.
 */
final class Changes {
    private final Set<SlotQueue> changed = new LinkedHashSet<>();
    private final List<NodeSnapshot.Queue> farewells = new ArrayList<>();
    private boolean wanted;

    void note(SlotQueue queue) {
        if (wanted) {
            changed.add(queue);
        }
    }

    /** The queue will go by another key: it is told of as gone once. */
    void farewell(SlotQueue queue) {
        if (wanted) {
            farewells.add(NodeSnapshot.Queue.gone(queue.key(), queue.image()));
        }
    }

    /** Whether those noted are all that the one who asks has missed. */
    boolean areKept() {
        return wanted;
    }

    /** From now on changes are kept. */
    void keep() {
        wanted = true;
        changed.clear();
    }

    /** Each is told of once. A queue that has ended and begun anew is there twice, as it ended first. */
    List<NodeSnapshot.Queue> take() {
        List<NodeSnapshot.Queue> taken = new ArrayList<>(farewells);
        farewells.clear();
        changed.forEach(queue -> taken.add(queue.snapshot()));
        changed.clear();
        return taken;
    }
}
