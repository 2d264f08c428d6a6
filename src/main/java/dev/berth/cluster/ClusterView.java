package dev.berth.cluster;

import java.util.List;

/**
 * What placement knows at one moment.
 *
 * @param own this node, whose figures are exact
 * @param up the other nodes that calls may be placed at
 */
record ClusterView(Place own, List<Place> up) {

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
