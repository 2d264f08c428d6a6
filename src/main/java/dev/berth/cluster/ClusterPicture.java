package dev.berth.cluster;

import java.util.List;

/**
 * What this node knows of the cluster at one moment. Nothing of it changes any more, so any thread may read it.
 *
 * @param number grows from each picture of a process to the next
 * @param view what placement looks at
 * @param others every other node that is known, whatever its state
 * @param members how many nodes there are that take calls, this one included
 * @param homes whether nodes tell only two of them of each queue, so that these have to be asked
 */
record ClusterPicture(long number, ClusterView view, List<Seen> others, int members, boolean homes) {
    ClusterPicture {
        others = List.copyOf(others);
    }

    /** Another node. */
    record Seen(Member member, PeerState state, NodePlace place) {
        Hints hints() {
            return place.hints();
        }
    }
}
