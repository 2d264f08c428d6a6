package dev.berth.registry;

import java.util.Arrays;

/**
 * What the gaps of all queues of a node are like, for each level of calls at once. At first any is as likely as any
 * other, in terms of their logarithms; the last 256 or so count. Not thread-safe.
 */
final class UsualGaps {
    private static final double MEMORY = 256;

    /** Instead of all others losing weight, each gap weighs more than the one before it. */
    private static final double GROWTH = MEMORY / (MEMORY - 1);

    private static final double MOST = 1e100;

    private final double[] weights = new double[Arrivals.LEVELS * Arrivals.BINS];
    private final double[] sums = new double[Arrivals.LEVELS];
    private final double[] next = new double[Arrivals.LEVELS];

    UsualGaps() {
        Arrays.fill(weights, MEMORY / Arrivals.BINS);
        Arrays.fill(sums, MEMORY);
        Arrays.fill(next, 1);
    }

    void add(int level, int bin) {
        weights[level * Arrivals.BINS + bin] += next[level];
        sums[level] += next[level];
        next[level] *= GROWTH;
        if (next[level] > MOST) {
            shrink(level);
        }
    }

    private void shrink(int level) {
        for (int i = level * Arrivals.BINS; i < (level + 1) * Arrivals.BINS; i++) {
            weights[i] /= MOST;
        }
        sums[level] /= MOST;
        next[level] /= MOST;
    }

    /** Those of one level make 1 together. */
    double weight(int level, int bin) {
        return weights[level * Arrivals.BINS + bin] / sums[level];
    }
}
