package dev.berth.cluster;

/**
 * A node that a call can be placed at, with what it is known to have.
 *
 * @param seed see {@link Rendezvous#seed}
 */
record Place(String incarnation, Hints hints, long seed) implements Rendezvous.Node {
    Place(String incarnation, Hints hints) {
        this(incarnation, hints, Rendezvous.seed(incarnation));
    }

    /** The same node, with these. */
    Place with(Hints now) {
        return new Place(incarnation, now, seed);
    }
}
