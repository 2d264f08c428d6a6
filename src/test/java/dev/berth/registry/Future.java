package dev.berth.registry;

import dev.berth.call.SlotKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows of each function of a trace when it will have how many calls at once, if none has to wait. As {@link Worth} it
 * is an oracle: whatever is wanted last for its size goes first.
 */
final class Future {
    /** While a function has fewer calls at once than before and until it has as many again. */
    private record Gap(long from, long to) {}

    private final Trace trace;

    /** By function, and by calls at once: when there were fewer. The first begins before all calls. */
    private final List<List<List<Gap>>> gaps = new ArrayList<>();

    private final Map<SlotKey, Integer> byKey = new HashMap<>();

    Future(Trace trace) {
        this.trace = trace;
        List<List<long[]>> changes = new ArrayList<>();
        for (Trace.Function function : trace.functions()) {
            byKey.put(ReplayNode.key(function), changes.size());
            changes.add(new ArrayList<>());
        }
        for (Trace.Call call : trace.calls()) {
            changes.get(call.function()).add(new long[] {call.atMicros(), 1});
            changes.get(call.function()).add(new long[] {call.atMicros() + call.micros(), -1});
        }
        changes.forEach(of -> gaps.add(gaps(of)));
    }

    private static List<List<Gap>> gaps(List<long[]> changes) {
        changes.sort(Comparator.<long[]>comparingLong(change -> change[0]).thenComparingLong(change -> change[1]));
        List<List<Gap>> gaps = new ArrayList<>();
        List<Long> fell = new ArrayList<>();
        int calls = 0;
        for (long[] change : changes) {
            if (change[1] > 0) {
                calls++;
                if (gaps.size() < calls) {
                    gaps.add(new ArrayList<>());
                    fell.add(Long.MIN_VALUE);
                }
                gaps.get(calls - 1).add(new Gap(fell.get(calls - 1), change[0]));
            } else {
                fell.set(calls - 1, change[0]);
                calls--;
            }
        }
        return gaps;
    }

    Worth oracle() {
        Map<List<Gap>, int[]> places = new IdentityHashMap<>();
        return (queue, containers, now) -> {
            int function = byKey.get(queue.key());
            List<List<Gap>> of = gaps.get(function);
            if (containers > of.size()) {
                return 0;
            }
            List<Gap> wanted = of.get(containers - 1);
            int[] place = places.computeIfAbsent(wanted, none -> new int[1]);
            long micros = now / 1000;
            while (place[0] < wanted.size() && wanted.get(place[0]).to() < micros) {
                place[0]++;
            }
            if (place[0] == wanted.size()) {
                return 0;
            }
            Trace.Function what = trace.functions().get(function);
            double seconds = Math.max(1, wanted.get(place[0]).to() - micros) / 1e6;
            return what.startMicros() / 1e6 / (what.chargedMiB() * seconds);
        };
    }

    /**
     * How many calls are cold at least where none waits, if idle containers may cost so much together. Room is not
     * looked at otherwise.
     */
    int leastCold(double idleMiBSeconds) {
        List<Double> costs = new ArrayList<>();
        int cold = 0;
        for (int i = 0; i < gaps.size(); i++) {
            long size = trace.functions().get(i).chargedMiB();
            for (List<Gap> of : gaps.get(i)) {
                cold += of.size();
                of.stream()
                        .filter(gap -> gap.from() != Long.MIN_VALUE)
                        .forEach(gap -> costs.add(size * (gap.to() - gap.from()) / 1e6));
            }
        }
        costs.sort(null);
        double spent = 0;
        for (double cost : costs) {
            spent += cost;
            if (spent > idleMiBSeconds) {
                break;
            }
            cold--;
        }
        return cold;
    }
}
