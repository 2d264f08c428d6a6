package dev.berth.cluster;

/** How this node sees another one. */
public enum PeerState {
    /** A member that has not said yet what it has. */
    JOINING,
    /** Calls may be placed there. */
    UP,
    /** Silent for a moment: nothing new is placed there, calls run on. */
    SUSPECT,
    /** Silent for long, or gone: calls across it end. The same incarnation may come back. */
    LOST,
    /** Takes no new call, and runs those it has to their end. */
    DRAINING,
    /** Has said goodbye. Final. */
    LEFT
}
