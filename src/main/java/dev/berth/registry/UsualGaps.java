package dev.berth.registry;

import java.util.Arrays;

/**
 * What the gaps of all queues of a node are like, for each level of calls at once. At first any is as likely as any
 * other, in terms of their logarithms; the last 256 or so count. Not thread-safe.
 */
final class UsualGaps {
    private static final float GAIN = 1f / 256;

    private final float[] weights = new float[Arrivals.LEVELS * Arrivals.BINS];

    UsualGaps() {
        Arrays.fill(weights, 1f / Arrivals.BINS);
    }

    void add(int level, int bin) {
        int first = level * Arrivals.BINS;
        for (int i = first; i < first + Arrivals.BINS; i++) {
            weights[i] -= weights[i] * GAIN;
        }
        weights[first + bin] += GAIN;
    }

    /** Those of one level make 1 together. */
    double weight(int level, int bin) {
        return weights[level * Arrivals.BINS + bin];
    }
}
