package dev.berth.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Something that goes wrong in a simulation, and is put right after a while.
 *
 * @param atMillis when
 * @param forMillis how long; a killed node starts again after that
 * @param node whom
 * @param other the other end of a link
 */
record SimFault(Kind kind, long atMillis, long forMillis, int node, int other) {
    enum Kind {
        KILL,
        PAUSE,
        CUT_ONE_WAY,
        CUT,
        SLOW,
        DRAIN
    }

    static List<SimFault> random(Random random, int nodes, long withinMillis) {
        List<SimFault> faults = new ArrayList<>();
        int count = random.nextInt(9);
        for (int i = 0; i < count; i++) {
            // Slow links twice as often as anything else: they alone make calls meet leases that have run out.
            Kind kind = random.nextInt(6) == 0 ? Kind.SLOW : Kind.values()[random.nextInt(Kind.values().length)];
            long at = random.nextLong(withinMillis);
            int node = random.nextInt(nodes);
            int other = (node + 1 + random.nextInt(nodes - 1)) % nodes;
            faults.add(new SimFault(kind, at, 500 + random.nextLong(8_000), node, other));
        }
        return faults;
    }
}
