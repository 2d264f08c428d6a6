package dev.berth.stream;

/**
 * What all streams between this node and another one share, on whatever event loops they are. Any thread.
 *
 * <p>Of what the other node sends no more than 8 MiB is under way: 4 MiB that is given here, 2 MiB that the other one
 * takes for the beginnings of its requests without asking, and {@link SharedRoom#LEAST} for each of 512 streams. Each
 * stream beyond these adds as much, which is less than it costs anyway.
 */
final class NodePair {
    private static final long GIVEN = 4 << 20;
    private static final long PRESUMED = 2 << 20;

    private final SharedRoom inbound = new SharedRoom(GIVEN);
    private final SharedRoom presumed = new SharedRoom(PRESUMED);
    private final Link link = new Link();

    /** What the other node may have under way to this one. */
    SharedRoom inbound() {
        return inbound;
    }

    /** What this node's requests have under way to the other one before it has granted them anything. */
    SharedRoom presumed() {
        return presumed;
    }

    /** The way to the other node. */
    Link link() {
        return link;
    }
}
