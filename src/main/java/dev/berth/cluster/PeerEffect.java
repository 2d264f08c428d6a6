package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;

/** What {@link Peers} wants done. */
public sealed interface PeerEffect {
    /** A peer is seen otherwise. Whoever enters LOST or LEFT holds nothing here any more. */
    record Changed(Member peer, PeerState from, PeerState to, String why) implements PeerEffect {
        /** Whether its calls, waiters and leases here must end. */
        public boolean isEnd() {
            return to == PeerState.LOST || to == PeerState.LEFT;
        }
    }

    /** Tell this to one peer. */
    record Send(String incarnation, ClusterMessage message) implements PeerEffect {}

    /** Introduce this node to one peer. */
    record Greet(String incarnation) implements PeerEffect {}

    /** One peer wants to know everything this node has. */
    record SendFull(String incarnation) implements PeerEffect {}

    /** This process stood still: grants it got before count no more. */
    record Paused(long nanos) implements PeerEffect {}

    /** A node of this one's name takes calls, and has started before it: this one must go. Told once. */
    record Twin(Member older) implements PeerEffect {}

    /** A member with which no calls can be shared; told once. */
    record Incompatible(Member peer) implements PeerEffect {}
}
