package dev.berth.cluster;

import dev.berth.cluster.ScaleSetup.Balancer;
import dev.berth.cluster.ScaleSetup.Scheme;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Prints the table of {@code scripts/simulate --scale}; takes minutes, so no part of the tests. */
final class ScaleTable {
    /** With more, a view of all costs more to simulate than it tells. */
    private static final int MOST_IN_FULL_VIEW = 100;

    private static final List<Integer> NODES = values("nodes", "3,30,300,1000", Integer::valueOf);
    private static final List<Long> SEEDS = values("seed", "1", Long::valueOf);
    private static final int SECONDS = Integer.getInteger("berth.scale.seconds", 10);
    private static final boolean ALL = Boolean.getBoolean("berth.scale.all");

    /** Rows are asked for by what they are, and not the table. */
    private static final boolean ASKED = List.of("zipf", "busy", "balancer", "scheme").stream()
            .anyMatch(name -> !given(name).isEmpty());

    private static final List<Double> ZIPFS = values("zipf", ASKED ? "1.1" : "1.1,0.9,1.3", Double::valueOf);
    private static final List<Integer> BUSY = values("busy", ASKED ? "25" : "25,10,60", Integer::valueOf);
    private static final List<Balancer> BALANCERS =
            values("balancer", ASKED ? "random" : "random,by-hash", name -> Balancer.valueOf(constant(name)));
    private static final List<Scheme> SCHEMES =
            values("scheme", "alone,fullest-first,full-view,homes", name -> Scheme.valueOf(constant(name)));

    private static String given(String name) {
        return System.getProperty("berth.scale." + name, "");
    }

    private static <T> List<T> values(String name, String usual, Function<String, T> read) {
        String given = given(name);
        return Arrays.stream((given.isEmpty() ? usual : given).split(","))
                .map(read)
                .toList();
    }

    private static String constant(String option) {
        return option.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    @Test
    void print() {
        System.out.print(ScaleFigures.HEADER);
        for (int nodes : NODES) {
            // Each runs on one processor and shares nothing with another.
            setups(nodes).parallelStream().map(ScaleTable::row).forEachOrdered(System.out::print);
        }
    }

    private static String row(ScaleSetup setup) {
        return ScaleWorld.run(setup).row();
    }

    /** One value after the other is another than the usual, or all are with all others. */
    private static Set<ScaleSetup> setups(int nodes) {
        Set<ScaleSetup> setups = new LinkedHashSet<>();
        for (Balancer balancer : BALANCERS) {
            for (int busy : BUSY) {
                for (double zipf : ZIPFS) {
                    int others = (balancer == BALANCERS.get(0) ? 0 : 1)
                            + (busy == BUSY.get(0) ? 0 : 1)
                            + (zipf == ZIPFS.get(0) ? 0 : 1);
                    for (Scheme scheme : SCHEMES) {
                        if (ALL || ASKED || isOfTable(nodes, scheme, others)) {
                            SEEDS.forEach(seed ->
                                    setups.add(new ScaleSetup(nodes, zipf, busy, balancer, scheme, SECONDS, seed)));
                        }
                    }
                }
            }
        }
        return setups;
    }

    private static boolean isOfTable(int nodes, Scheme scheme, int others) {
        boolean cheap = scheme == Scheme.HOMES || scheme == Scheme.ALONE || nodes <= MOST_IN_FULL_VIEW;
        return others == 0 || (others == 1 && cheap);
    }
}
