package dev.berth.cluster;

import java.util.List;
import java.util.random.RandomGenerator;

/** Which of the nodes that have containers of a function are considered for a call of it. */
interface Picker {

    /** @param holders in the order in which they were first seen */
    List<Place> pick(List<Place> holders, long hash);

    /** Not the best of all: with hints as old as they are, everybody's best would be the same one. */
    static Picker twoAtRandom(RandomGenerator random) {
        return (holders, hash) -> {
            if (holders.size() <= 2) {
                return holders;
            }
            int first = random.nextInt(holders.size());
            int second = (first + 1 + random.nextInt(holders.size() - 1)) % holders.size();
            return List.of(holders.get(first), holders.get(second));
        };
    }
}
