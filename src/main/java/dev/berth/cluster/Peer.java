package dev.berth.cluster;

/** One incarnation of another node. Only {@link Peers} changes it. */
final class Peer {
    final Hints hints = new Hints();
    final NodePlace place;
    Member member;
    PeerState state = PeerState.JOINING;
    long heardNanos;

    /** Whether it is listed as a member; if not, since when. */
    boolean listed = true;

    long unlistedNanos;

    /** A message could not be sent, and nothing was heard since. */
    boolean refused;

    /** When a full digest was last asked for, or sent there; see {@link Peers}. */
    long askedNanos;

    long answeredNanos;

    /** How many messages in a row were older than what is held. */
    int behind;

    Peer(Member member, long nowNanos, long longAgoNanos) {
        this.member = member;
        this.place = new NodePlace(member.incarnation(), hints);
        this.heardNanos = nowNanos;
        this.askedNanos = longAgoNanos;
        this.answeredNanos = longAgoNanos;
    }
}
