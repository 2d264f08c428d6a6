package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;

/** Counts bytes by the time at which they passed. For one event loop while counting. */
final class ByteRate {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MEGA = 1e6;
    private static final long LIMIT = Long.MAX_VALUE;

    private final List<long[]> marks = new ArrayList<>();
    private long total;

    void passed(long bytes) {
        total += bytes;
        marks.add(new long[] {System.nanoTime(), total});
    }

    long total() {
        return total;
    }

    /** MB/s between two counts of bytes. */
    double between(long from, long to) {
        long[] start = at(from);
        long[] end = at(to);
        return (end[1] - start[1]) / MEGA / ((end[0] - start[0]) / NANOS_PER_SECOND);
    }

    /** The longest time in which nothing passed, in seconds. */
    double longestPause() {
        long longest = 0;
        for (int i = 1; i < marks.size(); i++) {
            longest = Math.max(longest, marks.get(i)[0] - marks.get(i - 1)[0]);
        }
        return longest / NANOS_PER_SECOND;
    }

    private long[] at(long count) {
        return marks.stream()
                .filter(mark -> mark[1] >= Math.min(count, total))
                .findFirst()
                .orElse(new long[] {LIMIT, total});
    }
}
