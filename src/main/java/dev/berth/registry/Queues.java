package dev.berth.registry;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.Shown;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The slot queues of a node, and what others are told of them. */
final class Queues {
    private final Map<SlotKey, SlotQueue> byKey = new HashMap<>();
    private final Changes changes = new Changes();
    private final Demands demands = new Demands();
    private final KnownArrivals arrivals = new KnownArrivals();
    private final UsualGaps usual = new UsualGaps();
    /** Those whose function nobody has told yet. */
    private final Set<SlotQueue> unknown = new HashSet<>();

    private long opened;

    @Nullable
    SlotQueue find(SlotKey key) {
        return byKey.get(key);
    }

    SlotQueue open(ContainerSpec template) {
        Learned learned = new Learned(demands.of(template), arrivals.of(template), usual);
        SlotQueue queue = new SlotQueue(template, learned, ++opened, changes);
        byKey.put(queue.key(), queue);
        return queue;
    }

    /** One whose function is not known yet: it learns for itself until it is {@link #rename renamed}. */
    SlotQueue openUnknown(ContainerSpec standIn, Shown shown) {
        Demand demand = new Demand();
        demand.inherit(shown);
        SlotQueue queue = new SlotQueue(standIn, new Learned(demand, new Arrivals(), usual), ++opened, changes);
        unknown.add(queue);
        byKey.put(queue.key(), queue);
        return queue;
    }

    /** A queue that went by a stand-in key goes by that of this specification from now on, for which there is none. */
    void rename(SlotQueue queue, ContainerSpec spec) {
        byKey.remove(queue.key());
        changes.farewell(queue);
        queue.confirm(spec);
        unknown.remove(queue);
        demands.keepFirst(spec, queue.demand);
        byKey.put(spec.key(), queue);
        queue.changed();
    }

    void closeIfUnused(SlotQueue queue) {
        if (queue.isUnused()) {
            byKey.remove(queue.key());
            if (unknown.remove(queue)) {
                return;
            }
            demands.keep(queue.template(), queue.demand);
            arrivals.keep(queue.template(), queue.arrivals());
        }
    }

    /** In no particular order. */
    Collection<SlotQueue> all() {
        return byKey.values();
    }

    /** In no particular order. */
    List<NodeSnapshot.Queue> summaries() {
        List<NodeSnapshot.Queue> summaries = new ArrayList<>(byKey.size());
        for (SlotQueue queue : byKey.values()) {
            // One whose next call is expected may have nothing yet.
            if (!queue.isEmpty()) {
                summaries.add(queue.snapshot());
            }
        }
        return summaries;
    }

    /** What has changed since this was asked last; all of it the first time. */
    List<NodeSnapshot.Queue> changed() {
        if (changes.areKept()) {
            return changes.take();
        }
        changes.keep();
        return summaries();
    }
}
