package dev.berth.cluster;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How the calls that came to this node were placed. Thread-safe. */
final class PlacementCounts {
    private final Map<Placed, LongAdder> counts = new EnumMap<>(Placed.class);

    PlacementCounts() {
        for (Placed placed : Placed.values()) {
            counts.put(placed, new LongAdder());
        }
    }

    void count(Placed placed) {
        counts.getOrDefault(placed, new LongAdder()).increment();
    }

    Map<Placed, Long> read() {
        Map<Placed, Long> read = new EnumMap<>(Placed.class);
        counts.forEach((placed, count) -> read.put(placed, count.sum()));
        return read;
    }
}
