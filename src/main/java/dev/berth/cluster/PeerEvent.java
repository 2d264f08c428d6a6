package dev.berth.cluster;

/** What changes how a peer is seen. */
enum PeerEvent {
    /** A digest of its own was taken over. */
    DIGEST,
    /** The same, and it says that the peer drains. */
    DRAINING_DIGEST,
    /** It was heard, and what it last said is still held. */
    HEARD,
    /** Nothing was heard for {@code suspectAfter}. */
    SILENT,
    /** Nothing was heard for {@code lostAfter}. */
    LONG_SILENT,
    /** It is no member any more and refuses messages. */
    GONE,
    /** It said goodbye. */
    GOODBYE,
    /** This process stood still for a while, so nothing is known of anybody. */
    PAUSED
}
