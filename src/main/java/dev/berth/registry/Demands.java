package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@link Demand} of each function, kept longer than its queues: a function called once an hour would never be known
 * else. Of those whose queues opened or closed longest ago it is forgotten.
 */
final class Demands {
    static final int MOST = 10_000;

    private final Map<Function, Demand> byFunction = new LinkedHashMap<>(16, 0.75f, true);

    /** Queues of one function with other settings, another image say, have this in common. */
    record Function(String appId, String id, String path) {
        static Function of(ContainerSpec spec) {
            String id = spec.fnId().isEmpty() ? spec.image() : spec.fnId();
            return new Function(spec.appId(), id, spec.path());
        }
    }

    /** Of a queue that opens. */
    Demand of(ContainerSpec spec) {
        Function function = Function.of(spec);
        Demand known = byFunction.get(function);
        return known == null ? put(function, new Demand()) : known;
    }

    /** A queue has closed; what it has learned is the newest there is. */
    void keep(ContainerSpec spec, Demand demand) {
        put(Function.of(spec), demand);
    }

    /** Of a queue whose function was not known until now; if that has others, what those have shown stays. */
    void keepFirst(ContainerSpec spec, Demand demand) {
        Function function = Function.of(spec);
        if (byFunction.get(function) == null) {
            put(function, demand);
        }
    }

    private Demand put(Function function, Demand demand) {
        byFunction.put(function, demand);
        if (byFunction.size() > MOST) {
            byFunction.remove(byFunction.keySet().iterator().next());
        }
        return demand;
    }
}
