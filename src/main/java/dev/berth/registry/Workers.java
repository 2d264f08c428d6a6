package dev.berth.registry;

/** How many containers each worker has. */
final class Workers {
    private final int[] containers;
    private int last;

    /**
     * @param count how many workers there are, at least 1
     */
    Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a registry needs a worker");
        }
        containers = new int[count];
        last = count - 1;
    }

    /** Gives a container to the worker with the fewest, in turn among equals. */
    int take() {
        int best = -1;
        for (int i = 1; i <= containers.length; i++) {
            int candidate = (last + i) % containers.length;
            if (best < 0 || containers[candidate] < containers[best]) {
                best = candidate;
            }
        }
        containers[best]++;
        last = best;
        return best;
    }

    /** This worker has a container already. */
    int take(int worker) {
        containers[worker]++;
        return worker;
    }

    void release(int worker) {
        containers[worker]--;
    }
}
