package dev.berth.registry;

/**
 * Whether a queue is called with a regular period, and when it will be called next. Of calls only those count that come
 * while the queue has none. The gaps between the last eight or so that agree with each other are remembered by their mean
 * and how far they lie from it in the mean, in 32 bytes. Pure: times are passed in. Not thread-safe.
 */
final class Period {
    /** So many gaps in a row have to agree before anything is foreseen. */
    static final int ENOUGH = 4;

    /** A period is regular if its gaps lie off their mean by less than this part of it, in the mean. */
    static final float REGULAR = 0.05f;

    /** Gaps of less than 1.07 seconds are of no period: a container is there until the next call. */
    private static final int LEAST = 1 << 10;

    /** Nor are those of more than 39 hours. */
    private static final int LONGEST = 1 << 27;

    /** A gap that lies further off the mean than this part of it does not agree. */
    private static final float AGREES = 3 * REGULAR;

    /** What more gaps have shown cannot be lost by more odd ones. */
    private static final int MOST = 16;

    /** An odd gap, as of a call besides, takes away what so many have shown. */
    private static final int ODD = 4;

    private static final int MEMORY = 8;

    /** The next call comes no further off than so many times the deviation, but for one in a hundred. */
    private static final float SPREAD = 3;

    private static final long LEAST_SPREAD_NANOS = 250_000_000;

    /** When the last call came, in the units of {@link Arrivals}. */
    private int last;

    /** In such units too. */
    private float mean;

    private float deviation;

    /** How many gaps agree; 0 before the first. */
    private byte agreeing;

    /** The first call of all, or of a queue that begins with what another has shown. */
    void begin(int now) {
        last = now;
    }

    /**
     * A call has come, not the first.
     *
     * @param now in units of {@link Arrivals}, which may wrap round
     */
    void call(int now) {
        int gap = now - last;
        last = now;
        if (Integer.compareUnsigned(gap - LEAST, LONGEST - LEAST) > 0) {
            agreeing = (byte) Math.max(0, agreeing - ODD);
            return;
        }
        float off = Math.abs(gap - mean);
        if (agreeing > 0 && off <= mean * AGREES) {
            deviation += (off - deviation) / Math.min(agreeing, MEMORY);
            agreeing = (byte) Math.min(agreeing + 1, MOST);
            mean += (gap - mean) / Math.min(agreeing, MEMORY);
        } else if (agreeing > ODD) {
            agreeing = (byte) (agreeing - ODD);
        } else {
            mean = gap;
            deviation = 0;
            agreeing = 1;
        }
    }

    /** What another queue has shown counts half, and nothing is foreseen before a call has come. */
    void inherit(Period other) {
        mean = other.mean;
        deviation = other.deviation;
        agreeing = (byte) (other.agreeing / 2);
    }

    boolean isRegular() {
        return agreeing >= ENOUGH && deviation < mean * REGULAR;
    }

    /** In the mean, in nanoseconds. */
    long nanos() {
        return nanos(mean);
    }

    /**
     * When the next call should come, in nanoseconds.
     *
     * @param now of a clock that may wrap round, in nanoseconds, not before the last call
     */
    long expected(long now) {
        return now - Arrivals.nanos(Arrivals.units(now) - last) + nanos(mean);
    }

    /** By how much earlier or later it may come, in nanoseconds. */
    long spreadNanos() {
        return Math.max(LEAST_SPREAD_NANOS, nanos(SPREAD * deviation));
    }

    private static long nanos(float units) {
        return Arrivals.nanos((int) units);
    }
}
