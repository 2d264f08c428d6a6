package dev.berth.call;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Arithmetic on times and sizes that stops where it would wrap around: what is too much for a number stays very
 * much, and never becomes little, negative or nothing.
 */
public final class Saturating {
    /**
     * A hundred years in nanoseconds: longer than any process, and far enough from the end of {@code long} that a
     * few such spans and a reading of {@link System#nanoTime()} can be added.
     */
    public static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(36_500);

    private static final long BYTES_PER_MEBIBYTE = 1L << 20;

    private Saturating() {}

    /** Nanoseconds, {@link #LONGEST_NANOS} at most and minus that at least. */
    public static long nanos(long nanos) {
        return Math.max(-LONGEST_NANOS, Math.min(LONGEST_NANOS, nanos));
    }

    /** A duration in nanoseconds, within the same bounds. */
    public static long nanos(Duration duration) {
        // Seconds alone may be more than a long has nanoseconds.
        return nanos(sum(TimeUnit.SECONDS.toNanos(duration.getSeconds()), duration.getNano()));
    }

    /** The sum, or the end of the range it would leave. */
    public static long sum(long one, long other) {
        long sum = one + other;
        boolean wrapped = ((one ^ sum) & (other ^ sum)) < 0;
        return wrapped ? (one < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    /** @param mebibytes not negative */
    public static long bytes(long mebibytes) {
        return mebibytes > Long.MAX_VALUE / BYTES_PER_MEBIBYTE ? Long.MAX_VALUE : mebibytes * BYTES_PER_MEBIBYTE;
    }
}
