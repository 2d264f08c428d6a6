package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom this node tells of which of its queues. While there are few nodes, everybody of all. Else of each queue only the
 * two nodes that keep its directory; of the node as a whole these hear with whatever they are told, and everybody now and
 * then. This node itself is told as the others are, for it may be one of the two. When nodes come and go, what has moved is told anew. Each
 * receiver has a stream of digests of its own, so it can tell what it has missed. No clock of its own; one turn at a time.
 */
final class DigestStreams {
    /** In so many beats everybody hears of the node as a whole. */
    private static final int TURNS = 10;

    private final Home own;
    private final int fullView;
    private final long leastNanos;
    private final long beatNanos;
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Map<String, DigestPublisher> streams = new LinkedHashMap<>();
    private final Map<String, Home> homes = new LinkedHashMap<>();
    private NodeFigures figures = NodeFigures.NONE;
    private boolean all = true;
    private int turn;
    private @Nullable Long turnNanos;

    /** Something for one node; it may be this one. */
    record Told(String incarnation, ClusterMessage message) {}

    private record Home(String incarnation, long seed) implements Rendezvous.Node {}

    /**
     * @param fullView up to how many nodes everybody is told of everything
     * @param leastNanos between two digests to one node
     * @param beatNanos longest silence
     */
    DigestStreams(String incarnation, int fullView, long leastNanos, long beatNanos) {
        this.own = new Home(incarnation, Rendezvous.seed(incarnation));
        this.fullView = fullView;
        this.leastNanos = leastNanos;
        this.beatNanos = beatNanos;
    }

    /** One queue is now like this. More queues than a digest may list are not told. */
    void queue(Entry entry) {
        if (entry.isGone()) {
            entries.remove(entry.hash());
        } else if (entries.size() < ClusterMessage.MAX_ENTRIES || entries.containsKey(entry.hash())) {
            entries.put(entry.hash(), entry);
        } else {
            return;
        }
        if (all) {
            streams.values().forEach(stream -> stream.queue(entry));
        } else {
            for (Home home : Rendezvous.first(Rendezvous.HOMES, homes.values(), entry.hash())) {
                stream(home.incarnation).queue(entry);
            }
        }
    }

    /** The node as a whole is now like this. */
    void node(NodeFigures now) {
        figures = now;
        streams.values().forEach(stream -> tell(stream, all));
    }

    private void tell(DigestPublisher stream, boolean atOnce) {
        if (atOnce) {
            stream.node(figures);
        } else {
            stream.nodeInPassing(figures);
        }
    }

    /** These are the other nodes that are known. To be told after every change of one's state. */
    void peers(Collection<Peer> peers) {
        Set<String> receivers = new LinkedHashSet<>();
        receivers.add(own.incarnation);
        Map<String, Home> now = new LinkedHashMap<>();
        now.put(own.incarnation, own);
        for (Peer peer : peers) {
            String incarnation = peer.member.incarnation();
            if (peer.state != PeerState.LEFT) {
                receivers.add(incarnation);
            }
            if (Directory.mayBeHome(peer)) {
                now.put(incarnation, new Home(incarnation, peer.place.seed()));
            }
        }
        boolean few = !Directory.isNeeded(peers, fullView);
        boolean moved = few != all || (!few && !now.keySet().equals(homes.keySet()));
        all = few;
        streams.keySet().retainAll(receivers);
        homes.clear();
        homes.putAll(now);
        for (String receiver : receivers) {
            if (!streams.containsKey(receiver)) {
                stream(receiver).node(figures);
                if (all) {
                    entries.values().forEach(stream(receiver)::queue);
                }
            }
        }
        if (moved) {
            entries.values().forEach(this::place);
        }
    }

    /** Tells those of a queue who are to know it, and the others that it is gone. */
    private void place(Entry entry) {
        List<String> told = Rendezvous.first(Rendezvous.HOMES, homes.values(), entry.hash()).stream()
                .map(Home::incarnation)
                .toList();
        streams.forEach(
                (receiver, stream) -> stream.queue(all || told.contains(receiver) ? entry : Entry.gone(entry.hash())));
    }

    private DigestPublisher stream(String receiver) {
        return streams.computeIfAbsent(receiver, one -> new DigestPublisher(own.incarnation, leastNanos, beatNanos));
    }

    /** What is to be told now. */
    List<Told> next(long nowNanos) {
        boolean nextTurn = turnNanos == null || nowNanos - turnNanos >= beatNanos;
        if (nextTurn) {
            turnNanos = nowNanos;
            turn = (turn + 1) % TURNS;
        }
        List<Told> told = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, DigestPublisher> stream : streams.entrySet()) {
            if (nextTurn && number++ % TURNS == turn) {
                tell(stream.getValue(), true);
            }
            ClusterMessage message = stream.getValue().next(nowNanos);
            if (message != null) {
                told.add(new Told(stream.getKey(), message));
            }
        }
        return told;
    }

    /** All that one node is to know of this one, since it asks; null: it is none of those that are told. */
    @Nullable
    Digest full(String incarnation) {
        DigestPublisher stream = streams.get(incarnation);
        return stream == null ? null : stream.full();
    }
}
