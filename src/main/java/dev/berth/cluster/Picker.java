package dev.berth.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Which of the other nodes that have containers of a function are considered for a call of it. */
interface Picker {

    List<NodePlace> pick(ClusterView view, long hash);

    /** Not the best of all: with hints as old as they are, everybody's best would be the same one. */
    static Picker twoAtRandom(RandomGenerator random) {
        return (view, hash) -> {
            List<NodePlace> holders = view.holders(hash);
            if (holders.size() <= 2) {
                return holders;
            }
            int first = random.nextInt(holders.size());
            int second = (first + 1 + random.nextInt(holders.size() - 1)) % holders.size();
            return List.of(holders.get(first), holders.get(second));
        };
    }

    /** Those that a node has named which keeps the directory of the function: it has chosen. */
    static Picker named(List<NodePlace> holders) {
        List<NodePlace> copy = new ArrayList<>(holders);
        return (view, hash) -> copy;
    }
}
