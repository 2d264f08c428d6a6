package dev.berth.cluster;

/** Mistakes planted to see that the simulation finds them. */
enum SimBug {
    NONE,
    /** A worker runs a call whatever its lease. */
    LEASE_NOT_FENCED,
    /** A call is placed again although its RunCall had been written. */
    PLACED_AGAIN_AFTER_RUN_CALL,
    /** A registry is not told that a node is lost. */
    DEAD_NODES_WAITERS_KEPT,
    /** A restarted node is taken for the one before. */
    INCARNATION_IGNORED
}
