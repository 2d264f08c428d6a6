package dev.berth.cluster;

/**
 * One try to place a call.
 *
 * @param incarnation where
 * @param limitNanos with {@link Mode#WAIT}: how long the call may wait there; else 0
 */
public record Candidate(String incarnation, Mode mode, long limitNanos) {
    /** What the node asked may do. In each mode an idle container serves at once. */
    public enum Mode {
        /** Serve from a container that is there, within the limit, or refuse. */
        WAIT,
        /** Serve at once or start a container in what is free, or refuse. */
        MAY_LAUNCH,
        /** As if there were no cluster: wait, start or evict, or refuse. */
        QUEUE
    }
}
