package dev.berth.registry;

/**
 * Of times: their mean and how far they lie from it in the mean, of the last dozen or so. Both are kept in one
 * {@code long}, as floating-point numbers of nanoseconds, since whoever keeps estimates of each function has no memory
 * for an object each.
 */
final class Estimate {
    /** Before the first time. */
    static final long UNKNOWN = of(-1, 0);

    private static final float GAIN = 1f / 5;

    /** What lies further out counts for no more, so that one odd time does not spoil what many have told. */
    private static final float MOST = 8;

    private static final float MOST_MORE_NANOS = 10_000_000;

    private Estimate() {}

    private static long of(float mean, float deviation) {
        return ((long) Float.floatToRawIntBits(mean) << Integer.SIZE)
                | Integer.toUnsignedLong(Float.floatToRawIntBits(deviation));
    }

    private static float mean(long estimate) {
        return Float.intBitsToFloat((int) (estimate >>> Integer.SIZE));
    }

    private static float deviation(long estimate) {
        return Float.intBitsToFloat((int) estimate);
    }

    /**
     * The estimate that this one becomes by one more time.
     *
     * @param nanos not negative
     */
    static long with(long estimate, long nanos) {
        float mean = mean(estimate);
        if (mean < 0) {
            return of((float) nanos, 0);
        }
        float deviation = deviation(estimate);
        float sample = Math.min((float) nanos, mean * MOST + MOST_MORE_NANOS);
        float off = sample - mean;
        return of(mean + off * GAIN, deviation + (Math.abs(off) - deviation) * GAIN);
    }

    static boolean isKnown(long estimate) {
        return mean(estimate) >= 0;
    }

    /** What most of them do not exceed, in nanoseconds; 0 before the first. */
    static long cautious(long estimate) {
        float mean = mean(estimate);
        return mean < 0 ? 0 : (long) (mean + deviation(estimate));
    }
}
