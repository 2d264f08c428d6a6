package dev.berth.cluster;

/** What became of one try to place a call. */
public enum Placed {
    /** A container of this node, in time to be no wait worth looking elsewhere. */
    HERE,
    /** A container of another node. */
    ELSEWHERE,
    /** Another node had none after all. */
    REFUSED_ELSEWHERE,
    /** Another node could not be asked, or is lost. */
    UNANSWERED
}
