package dev.berth.cluster;

import java.util.Locale;

/**
 * What is simulated.
 *
 * @param nodes each with 60 slots and 20 functions
 * @param zipf exponent of how often each function is called
 * @param busy percent of all slots that calls would keep busy if each had one at once
 * @param balancer how calls come to nodes
 * @param scheme how nodes place them
 * @param seconds of virtual time that are measured, after as many, but at least ten, that are not
 * @param seed of everything that is random
 */
record ScaleSetup(int nodes, double zipf, int busy, Balancer balancer, Scheme scheme, int seconds, long seed) {
    private static final int LEAST_WARM_UP_SECONDS = 10;

    enum Balancer {
        /** To any node. */
        RANDOM,
        /** All calls of a function to one node. */
        BY_HASH
    }

    enum Scheme {
        /** Nodes that do not know each other. */
        ALONE,
        /** The shipped placement, but the peer with the most idle containers is asked first. */
        FULLEST_FIRST,
        /** The shipped placement, each node told of by all. */
        FULL_VIEW,
        /** As shipped with so many nodes: each tells two others of each function, and whoever has a call asks one of these. */
        HOMES,
        /** The shipped registry for the slots of all nodes together, as if they were one: nothing is old or far away. */
        ONE_NODE,
        /** Somebody who knows how often each function is called: see {@link ScaleOracle}. */
        ORACLE
    }

    /** Whether nodes tell each other what they have. */
    boolean isCluster() {
        return scheme == Scheme.FULLEST_FIRST || scheme == Scheme.FULL_VIEW || scheme == Scheme.HOMES;
    }

    /** Among how many nodes the slots are divided. */
    int machines() {
        return scheme == Scheme.ONE_NODE || scheme == Scheme.ORACLE ? 1 : nodes;
    }

    int warmUpSeconds() {
        return Math.max(LEAST_WARM_UP_SECONDS, seconds);
    }

    /** As it is called on a command line. */
    static String option(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
