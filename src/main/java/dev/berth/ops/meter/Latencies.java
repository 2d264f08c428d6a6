package dev.berth.ops.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** How many calls took how long, in steps of a quarter of what they are at most. Thread-safe. */
final class Latencies {
    /** Steps from one power of two to the next: two bits below the highest. */
    private static final int STEP_BITS = 2;

    private static final int STEPS = 1 << STEP_BITS;
    /** Up to an hour and a bit; all that take longer are in the last step. */
    private static final int MOST_BITS = 32;

    private final List<LongAdder> counts =
            Stream.generate(LongAdder::new).limit((long) MOST_BITS * STEPS).toList();

    void record(long nanos) {
        counts.get(step(TimeUnit.NANOSECONDS.toMicros(nanos))).increment();
    }

    private static int step(long micros) {
        long value = Math.max(STEPS, Math.min(micros, (1L << MOST_BITS) - 1));
        int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        return bits * STEPS + (int) (value >>> (bits - STEP_BITS)) - STEPS;
    }

    private static long end(int step) {
        return (long) (STEPS + step % STEPS + 1) << (step / STEPS - STEP_BITS);
    }

    /** Since the start, shortest first; steps that no call took are left out. */
    List<CallFigures.Took> counted() {
        List<CallFigures.Took> counted = new ArrayList<>();
        for (int step = 0; step < counts.size(); step++) {
            long calls = counts.get(step).sum();
            if (calls > 0) {
                counted.add(new CallFigures.Took(end(step), calls));
            }
        }
        return counted;
    }
}
