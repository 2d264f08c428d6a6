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
    /** A worker that was asked to take back a lease forgets so. */
    LEASE_NOT_RAISED,
    /** A process takes messages that were meant for the one before it. */
    INCARNATION_IGNORED,
    /** A registry that cannot serve another node's demand at once passes it on, and serves it too. */
    WISH_PASSED_ON,
    /** An ingress is not told that its process stood still. */
    GRANT_USED_AFTER_A_PAUSE
}
