package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * What placement knows at one moment.
 *
 * @param own this node, whose figures are exact
 * @param up the other nodes that calls may be placed at
 */
record ClusterView(NodePlace own, List<NodePlace> up) {

    /** The other nodes that are known to have containers of this queue. */
    List<NodePlace> holders(long hash) {
        List<NodePlace> holders = new ArrayList<>();
        for (NodePlace peer : up) {
            Entry entry = peer.hints().entry(hash);
            if (entry != null && (long) entry.idle() + entry.busy() > 0) {
                holders.add(peer);
            }
        }
        return holders;
    }

    /** The nodes that keep the directory of this queue, the first first; this one may be one of them. */
    List<NodePlace> homes(long hash) {
        List<NodePlace> first = Rendezvous.first(Rendezvous.HOMES, up, hash);
        first.add(own);
        return Rendezvous.first(Rendezvous.HOMES, first, hash);
    }

    /** In thousandths, over all nodes that take calls. */
    double meanLoad() {
        boolean counts = !own.hints().isDraining();
        long sum = counts ? own.hints().load() : 0;
        for (NodePlace place : up) {
            sum += place.hints().load();
        }
        return (double) sum / Math.max(1, up.size() + (counts ? 1 : 0));
    }
}
