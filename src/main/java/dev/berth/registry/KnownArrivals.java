package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@link Arrivals} of each queue, kept longer than the queue: one called once an hour would never be known else. Of
 * those that opened or closed longest ago they are forgotten. Not thread-safe.
 */
final class KnownArrivals {
    static final int MOST = Demands.MOST;

    private final Map<SlotKey, Arrivals> byKey = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Demands.Function, Arrivals> newest = new LinkedHashMap<>(16, 0.75f, true);

    /** Of a queue that opens. */
    Arrivals of(ContainerSpec spec) {
        Demands.Function function = Demands.Function.of(spec);
        Arrivals known = byKey.get(spec.key());
        if (known == null) {
            known = new Arrivals();
            Arrivals before = newest.get(function);
            if (before != null) {
                known.inherit(before);
            }
        }
        put(byKey, spec.key(), known);
        put(newest, function, known);
        return known;
    }

    /** A queue has closed. */
    void keep(ContainerSpec spec, Arrivals arrivals) {
        put(byKey, spec.key(), arrivals);
    }

    private static <K> void put(Map<K, Arrivals> map, K key, Arrivals arrivals) {
        map.put(key, arrivals);
        if (map.size() > MOST) {
            map.remove(map.keySet().iterator().next());
        }
    }
}
