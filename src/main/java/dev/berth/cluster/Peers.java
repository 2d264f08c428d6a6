package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Beat;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.DigestWanted;
import dev.berth.bus.ClusterMessage.Goodbye;
import dev.berth.bus.ClusterMessage.Hello;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes as this one sees them. Told what was heard and who is a member, it changes its own fields and
 * returns what must be done. No clock, no thread, no bus of its own: every call is one turn, and turns must not
 * overlap.
 *
 * <p>What it is told by others may be late, repeated, out of order or made up. So: only members count; a digest counts
 * for its own incarnation, in order, and is asked for anew where one is missing; and whoever keeps saying less than is
 * held of it is asked from the start. The worst that a wrong hint does is a call placed at a node that refuses it.
 */
final class Peers {
    /** Messages older than what is held, in a row, after which what is held is not believed any more. */
    private static final int MOST_BEHIND = 3;

    private final String own;
    private final PeerTimes times;
    private final Map<String, Peer> byIncarnation = new LinkedHashMap<>();
    private final Set<String> incompatible = new HashSet<>();
    private List<PeerEffect> effects = new ArrayList<>();
    private @Nullable Member self;
    private boolean twinFound;
    private long now;
    private long lastTick;
    private long dropped;

    /** @param own incarnation of this process */
    Peers(String own, PeerTimes times, long nowNanos) {
        this.own = own;
        this.times = times;
        this.lastTick = nowNanos;
        this.now = nowNanos;
    }

    /** One turn: who is a member, as far as this node knows. To be told at every tick. */
    List<PeerEffect> members(List<Member> members, long nowNanos) {
        begin(nowNanos);
        Set<String> present = new HashSet<>();
        for (Member member : members) {
            if (member.incarnation().equals(own)) {
                self = member;
            } else {
                present.add(member.incarnation());
                listed(member);
            }
        }
        lookForTwin();
        incompatible.retainAll(present);
        for (Peer peer : List.copyOf(byIncarnation.values())) {
            if (!present.contains(peer.member.incarnation())) {
                unlisted(peer);
            }
        }
        return effects;
    }

    /** One turn: a message has come. */
    List<PeerEffect> received(ClusterMessage message, long nowNanos) {
        begin(nowNanos);
        Peer peer = byIncarnation.get(message.incarnation());
        if (peer == null) {
            dropped++;
            return effects;
        }
        peer.heardNanos = now;
        peer.refused = false;
        if (message instanceof Digest digest) {
            digest(peer, digest);
        } else if (message instanceof Beat beat) {
            beat(peer, beat);
        } else if (message instanceof DigestWanted) {
            wanted(peer);
        } else if (message instanceof Goodbye) {
            fire(peer, PeerEvent.GOODBYE, "said goodbye");
        } else if (message instanceof Hello && peer.hints.isEmpty()) {
            ask(peer);
        }
        return effects;
    }

    /** One turn: a message to it could not be sent. */
    List<PeerEffect> refused(String incarnation, long nowNanos) {
        begin(nowNanos);
        Peer peer = byIncarnation.get(incarnation);
        if (peer != null) {
            peer.refused = true;
            goneIfUnlisted(peer);
        }
        return effects;
    }

    /** One turn in which only time has passed. Due every {@link PeerTimes#tickNanos()}. */
    List<PeerEffect> tick(long nowNanos) {
        begin(nowNanos);
        lastTick = now;
        for (Peer peer : List.copyOf(byIncarnation.values())) {
            long silence = now - peer.heardNanos;
            if (silence >= times.lostNanos()) {
                fire(peer, PeerEvent.LONG_SILENT, "silent");
            } else if (silence >= times.suspectNanos()) {
                fire(peer, PeerEvent.SILENT, "silent");
            }
        }
        return effects;
    }

    /** A node of this incarnation, whatever its state; null if none is known. */
    @Nullable
    Peer find(String incarnation) {
        return byIncarnation.get(incarnation);
    }

    /** All that are known, in the order in which they were first seen. */
    Collection<Peer> all() {
        return Collections.unmodifiableCollection(byIncarnation.values());
    }

    /** Those that calls may be placed at now. */
    Iterable<NodePlace> up() {
        return () -> byIncarnation.values().stream()
                .filter(peer -> peer.state == PeerState.UP)
                .map(peer -> peer.place)
                .iterator();
    }

    /** Messages that were of nobody known, or that nothing could be made of. */
    long dropped() {
        return dropped;
    }

    private void begin(long nowNanos) {
        now = nowNanos;
        effects = new ArrayList<>(1);
        long late = now - lastTick - times.tickNanos();
        if (late > times.suspectNanos()) {
            lastTick = now;
            paused(late);
        }
    }

    /** Nobody's silence means anything, and what was known is of the time before. */
    private void paused(long late) {
        effects.add(new PeerEffect.Paused(late));
        for (Peer peer : byIncarnation.values()) {
            peer.heardNanos = now;
            peer.hints.clear();
            fire(peer, PeerEvent.PAUSED, "this process stood still");
            if (peer.state != PeerState.LEFT) {
                ask(peer);
            }
        }
    }

    private void listed(Member member) {
        Peer peer = byIncarnation.get(member.incarnation());
        if (member.protocol() != ClusterMessage.PROTOCOL) {
            if (incompatible.add(member.incarnation())) {
                effects.add(new PeerEffect.Incompatible(member));
            }
        } else if (peer == null) {
            peer = new Peer(member, now, now - times.askNanos());
            byIncarnation.put(member.incarnation(), peer);
            effects.add(new PeerEffect.Greet(member.incarnation()));
            ask(peer);
        } else {
            peer.member = member;
            peer.listed = true;
            boolean old = !peer.hints.isEmpty() && now - peer.hints.fullNanos() >= times.refreshNanos();
            if (old) {
                peer.hints.doubt();
            }
            if ((old || peer.hints.isEmpty()) && peer.state != PeerState.LEFT) {
                ask(peer);
            }
        }
    }

    /** A start refuses a name that is taken; two of one name meet only when a partition heals. */
    private void lookForTwin() {
        Member me = self;
        for (Peer peer : byIncarnation.values()) {
            if (!twinFound
                    && me != null
                    && peer.state == PeerState.UP
                    && peer.member.nodeId().equals(me.nodeId())
                    && peer.member.isOlderThan(me)) {
                twinFound = true;
                effects.add(new PeerEffect.Twin(peer.member));
            }
        }
    }

    private void unlisted(Peer peer) {
        if (peer.listed) {
            peer.listed = false;
            peer.unlistedNanos = now;
        }
        goneIfUnlisted(peer);
        boolean over = peer.state == PeerState.LOST || peer.state == PeerState.LEFT;
        if (over && now - peer.unlistedNanos > times.forgetNanos()) {
            byIncarnation.remove(peer.member.incarnation());
        }
    }

    private void goneIfUnlisted(Peer peer) {
        if (!peer.listed && (peer.refused || peer.state == PeerState.JOINING)) {
            fire(peer, PeerEvent.GONE, "no member any more");
        }
    }

    private void digest(Peer peer, Digest digest) {
        if (digest.protocol() != ClusterMessage.PROTOCOL || peer.state == PeerState.LEFT) {
            dropped++;
        } else if (peer.hints.take(digest, now)) {
            peer.behind = 0;
            fire(peer, digest.draining() ? PeerEvent.DRAINING_DIGEST : PeerEvent.DIGEST, "digest");
        } else {
            dropped++;
            compare(peer, digest.version());
        }
    }

    private void beat(Peer peer, Beat beat) {
        compare(peer, beat.digestVersion());
        if (!peer.hints.isEmpty()) {
            fire(peer, PeerEvent.HEARD, "heard");
        }
    }

    /** Asks for what is missing; stops believing what is held when its owner keeps denying it. */
    private void compare(Peer peer, long said) {
        long held = peer.hints.version();
        if (said < held && ++peer.behind >= MOST_BEHIND) {
            peer.behind = 0;
            peer.hints.clear();
        } else if (said == held) {
            peer.behind = 0;
        }
        if (peer.hints.version() != said && (said > held || peer.hints.isEmpty())) {
            ask(peer);
        }
    }

    private void ask(Peer peer) {
        if (now - peer.askedNanos >= times.askNanos()) {
            peer.askedNanos = now;
            effects.add(new PeerEffect.Send(peer.member.incarnation(), new DigestWanted(own, peer.hints.version())));
        }
    }

    private void wanted(Peer peer) {
        if (now - peer.answeredNanos >= times.askNanos()) {
            peer.answeredNanos = now;
            effects.add(new PeerEffect.SendFull(peer.member.incarnation()));
        }
    }

    private void fire(Peer peer, PeerEvent event, String why) {
        PeerState from = peer.state;
        PeerState to = PeerTable.next(from, event);
        if (to == from) {
            return;
        }
        peer.state = to;
        if (to == PeerState.LOST || to == PeerState.LEFT) {
            peer.hints.clear();
        }
        effects.add(new PeerEffect.Changed(peer.member, from, to, why));
    }
}
