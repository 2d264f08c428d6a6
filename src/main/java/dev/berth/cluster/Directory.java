package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.IngressMessage.Holders.Holder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who has containers of a queue, of which all nodes tell this one. Whoever asks is given the best of them, which then
 * counts as taken until its node tells anew: so those who ask do not all go to one. Soft state: whatever it says is a
 * hint. One turn at a time.
 */
final class Directory {
    /** As many as a call may try. */
    private static final int NAMED = 3;

    /** This node, as it tells itself. */
    private final NodePlace own;

    Directory(String incarnation) {
        this.own = new NodePlace(incarnation, new Hints());
    }

    /** Whether so many nodes tell only two of each queue. */
    static boolean isNeeded(Collection<Peer> peers, int fullView) {
        long others = peers.stream().filter(Directory::mayBeHome).count();
        return others + 1 > fullView;
    }

    /** Whether others ask this one, or will once it is heard again. */
    static boolean mayBeHome(Peer peer) {
        return peer.state == PeerState.UP || peer.state == PeerState.SUSPECT;
    }

    /** What this node has, of the queues whose directory it keeps. */
    void own(Digest digest, long nowNanos) {
        own.hints().take(digest, nowNanos);
    }

    /**
     * The holders with the least expected wait, the first first; of those with the same, the node that has least to do.
     *
     * @param asker is not named to itself
     * @param others the other nodes that take calls
     */
    List<Holder> whoHas(long hash, String asker, Iterable<NodePlace> others) {
        List<Option> best = new ArrayList<>(NAMED + 1);
        consider(best, own, hash, asker);
        for (NodePlace place : others) {
            consider(best, place, hash, asker);
        }
        if (!best.isEmpty()) {
            best.get(0).place.hints().debit(hash);
        }
        return best.stream()
                .map(option -> new Holder(option.place.incarnation(), option.entry))
                .toList();
    }

    private record Option(NodePlace place, Entry entry, long waitNanos) {
        boolean isBefore(Option other) {
            return waitNanos != other.waitNanos
                    ? waitNanos < other.waitNanos
                    : place.hints().load() < other.place.hints().load();
        }
    }

    private static void consider(List<Option> best, NodePlace place, long hash, String asker) {
        Entry entry = place.hints().entry(hash);
        if (entry == null
                || (long) entry.idle() + entry.busy() == 0
                || place.hints().isDraining()
                || place.incarnation().equals(asker)) {
            return;
        }
        int sent = place.hints().debited(hash);
        Option option = new Option(place, entry.less(sent), PlacementOrder.expectedWait(entry, sent));
        int at = best.size();
        while (at > 0 && option.isBefore(best.get(at - 1))) {
            at--;
        }
        if (at < NAMED) {
            best.add(at, option);
            if (best.size() > NAMED) {
                best.remove(NAMED);
            }
        }
    }
}
