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
record ClusterView(Place own, List<Place> up) {

    /** The other nodes that are known to have containers of this queue. */
    List<Place> holders(long hash) {
        List<Place> holders = new ArrayList<>();
        for (Place peer : up) {
            Entry entry = peer.hints().entry(hash);
            if (entry != null && (long) entry.idle() + entry.busy() > 0) {
                holders.add(peer);
            }
        }
        return holders;
    }

    /** The nodes that keep the directory of this queue, the first first; this one may be one of them. */
    List<Place> homes(long hash) {
        List<Place> first = Rendezvous.first(Rendezvous.HOMES, up, hash);
        first.add(own);
        return Rendezvous.first(Rendezvous.HOMES, first, hash);
    }

    /** In thousandths, over all nodes that take calls. */
    double meanLoad() {
        boolean counts = !own.hints().isDraining();
        long sum = counts ? own.hints().load() : 0;
        for (Place place : up) {
            sum += place.hints().load();
        }
        return (double) sum / Math.max(1, up.size() + (counts ? 1 : 0));
    }
}
