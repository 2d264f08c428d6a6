package dev.berth.call;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a function's annotations ask of its slots. A node's settings bound it.
 *
 * @param minIdle how many containers are to be kept though nobody calls; not negative
 * @param concurrency how many calls a container takes at once; from 1 to {@value #MOST_CONCURRENCY}
 */
public record SlotOptions(int minIdle, int concurrency) {
    public static final int MOST_CONCURRENCY = 64;
    public static final SlotOptions NONE = new SlotOptions(0, 1);

    public SlotOptions {
        if (minIdle < 0 || concurrency < 1 || concurrency > MOST_CONCURRENCY) {
            throw new IllegalArgumentException("out of range");
        }
    }

    /** @param annotations each value as compact JSON; what is no such number counts as if it were not there */
    static SlotOptions of(Map<String, String> annotations) {
        return annotations.isEmpty()
                ? NONE
                : of(SlotAnnotation.MIN_IDLE.of(annotations), SlotAnnotation.CONCURRENCY.of(annotations));
    }

    /** Both in range. */
    public static SlotOptions of(int minIdle, int concurrency) {
        return minIdle == 0 && concurrency == 1 ? NONE : new SlotOptions(minIdle, concurrency);
    }

    /** The annotations that containers differ by. */
    static Set<String> ofContainers(Map<String, String> annotations) {
        if (!annotations.containsKey(SlotAnnotation.MIN_IDLE.key())) {
            return annotations.keySet();
        }
        Set<String> names = new HashSet<>(annotations.keySet());
        names.remove(SlotAnnotation.MIN_IDLE.key());
        return names;
    }
}
