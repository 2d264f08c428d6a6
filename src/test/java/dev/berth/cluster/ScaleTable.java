package dev.berth.cluster;

import dev.berth.cluster.ScaleSetup.Balancer;
import dev.berth.cluster.ScaleSetup.Scheme;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Prints the table of {@code scripts/simulate --scale}; takes minutes, so no part of the tests. */
final class ScaleTable {
    private static final int[] NODES = numbers("berth.scale.nodes", "3,30,300,1000");
    private static final int SECONDS = Integer.getInteger("berth.scale.seconds", 10);
    private static final boolean ALL = Boolean.getBoolean("berth.scale.all");
    /** With more, a view of all costs more to simulate than it tells. */
    private static final int MOST_IN_FULL_VIEW = 100;

    private static final double[] ZIPFS = {1.1, 0.9, 1.3};
    private static final int[] BUSY = {25, 10, 60};

    private static int[] numbers(String property, String usual) {
        return Arrays.stream(System.getProperty(property, usual).split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
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
        for (Balancer balancer : Balancer.values()) {
            for (int busy : BUSY) {
                for (double zipf : ZIPFS) {
                    int others = balancer.ordinal() + (busy == BUSY[0] ? 0 : 1) + (zipf == ZIPFS[0] ? 0 : 1);
                    if (ALL || others <= 1) {
                        for (Scheme scheme : Scheme.values()) {
                            if (ALL
                                    || others == 0
                                    || scheme == Scheme.HOMES
                                    || scheme == Scheme.ALONE
                                    || nodes <= MOST_IN_FULL_VIEW) {
                                setups.add(new ScaleSetup(nodes, zipf, busy, balancer, scheme, SECONDS));
                            }
                        }
                    }
                }
            }
        }
        return setups;
    }
}
