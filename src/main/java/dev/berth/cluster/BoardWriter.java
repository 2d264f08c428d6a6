package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps a {@link ClusterBoard} up to date: makes anew only what has changed, and puts up nothing when nothing has. */
final class BoardWriter {
    private final ClusterBoard board;
    private final String incarnation;
    private final int fullView;
    private NodePlace own;
    private List<ClusterPicture.Seen> others = List.of();
    private NodeFigures figures = NodeFigures.NONE;
    private long version;
    private long number;
    private boolean homes;

    /** @param fullView up to how many nodes everybody is told of everything */
    BoardWriter(ClusterBoard board, String incarnation, int fullView) {
        this.fullView = fullView;
        this.board = board;
        this.incarnation = incarnation;
        this.own = new NodePlace(incarnation, new Hints());
    }

    /** This node as a whole is now like this. Of its queues its registry tells. */
    void own(NodeFigures now, long nowNanos) {
        if (version > 0 && now.equals(figures)) {
            return;
        }
        figures = now;
        Hints hints = new Hints();
        hints.take(
                new Digest(
                        incarnation,
                        ClusterMessage.PROTOCOL,
                        ++version,
                        0,
                        now.draining(),
                        now.freeMemoryBytes(),
                        now.freeCpuMillis(),
                        now.load(),
                        List.of()),
                nowNanos);
        own = own.with(hints.copy());
        put();
    }

    /** The peers are now like this. */
    void peers(Collection<Peer> peers) {
        Map<String, ClusterPicture.Seen> before = new HashMap<>();
        others.forEach(seen -> before.put(seen.member().incarnation(), seen));
        List<ClusterPicture.Seen> now = new ArrayList<>(peers.size());
        boolean changed = peers.size() != others.size();
        for (Peer peer : peers) {
            ClusterPicture.Seen seen = before.get(peer.member.incarnation());
            if (seen == null || seen.state() != peer.state || !seen.hints().sameAs(peer.hints)) {
                seen = new ClusterPicture.Seen(peer.member, peer.state, peer.place.with(peer.hints.copy()));
                changed = true;
            }
            now.add(seen);
        }
        if (changed) {
            homes = Directory.isNeeded(peers, fullView);
            others = now;
            put();
        }
    }

    private void put() {
        List<NodePlace> up = new ArrayList<>();
        for (ClusterPicture.Seen seen : others) {
            if (seen.state() == PeerState.UP) {
                up.add(seen.place());
            }
        }
        board.put(new ClusterPicture(++number, new ClusterView(own, up), others, up.size() + 1, homes));
    }
}
