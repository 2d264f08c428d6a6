package dev.berth.cluster;

/**
 * A node that a call can be placed at, with what it is known to have.
 *
 * @param seed see {@link Rendezvous#seed}
 */
record NodePlace(String incarnation, Hints hints, long seed) implements Rendezvous.Node {
    NodePlace(String incarnation, Hints hints) {
        this(incarnation, hints, Rendezvous.seed(incarnation));
    }

    /** The same node, with these. */
    NodePlace with(Hints now) {
        return new NodePlace(incarnation, now, seed);
    }
}
