package dev.berth.registry;

/** Of times: their mean and how far they lie from it in the mean, of the last dozen or so. */
final class Estimate {
    private static final float GAIN = 1f / 5;

    /** What lies further out counts for no more, so that one odd time does not spoil what many have told. */
    private static final float MOST = 8;

    private static final float MOST_MORE_NANOS = 10_000_000;

    private float mean = -1;
    private float deviation;

    /** @param nanos not negative */
    void add(long nanos) {
        if (mean < 0) {
            mean = (float) nanos;
            return;
        }
        float sample = Math.min((float) nanos, mean * MOST + MOST_MORE_NANOS);
        float off = sample - mean;
        mean += off * GAIN;
        deviation += (Math.abs(off) - deviation) * GAIN;
    }

    boolean isKnown() {
        return mean >= 0;
    }

    /** What most of them do not exceed, in nanoseconds; 0 before the first. */
    long cautious() {
        return mean < 0 ? 0 : (long) (mean + deviation);
    }
}
