package dev.berth.registry;

/**
 * How long it takes until a queue has as many calls at once again, counted from when it last had fewer: a histogram
 * for each of four levels, 1 call, 2, 3 or 4, and 5 or more. It depends on the calls alone, not on which containers
 * were kept for them. Of each level the last 32 or so gaps count. A fixed number of bytes, and nothing is made after
 * its construction. Pure: times are passed in. Not thread-safe.
 */
final class Arrivals {
    static final int LEVELS = 4;

    /** Each twice as long as the one before, but the first: from 1.07 seconds to 9.8 hours, and what is longer. */
    static final int BINS = 16;

    /** A unit of time is 2^20 nanoseconds, so that counting in it wraps round just as the clock does. */
    private static final int UNIT_SHIFT = 20;

    private static final double UNIT_SECONDS = (1 << UNIT_SHIFT) / 1e9;

    /** The first bin ends at 2^10 units. */
    private static final int FIRST_SHIFT = 10;

    /** Gaps longer than 39 hours are taken for as long. */
    private static final int LAST_SHIFT = FIRST_SHIFT + BINS + 1;

    /** The bins of a level fade all at once, so four share a word, with 16 bits each. */
    private static final int BIN_BITS = 16;

    private static final int WORD_BINS = Long.SIZE / BIN_BITS;
    private static final int LEVEL_WORDS = BINS / WORD_BINS;
    private static final long BIN_MASK = (1L << BIN_BITS) - 1;

    /** What one gap weighs in its bin. */
    private static final long ONE = 1024;

    /** A gap loses this part of its weight with each that follows: 1 in 2^5. So a bin stays below 2^16. */
    private static final int FADE_SHIFT = 5;

    /** The bits of a word that are still in the bin that they came from after a shift by that much. */
    private static final long FADED = 0x07FF_07FF_07FF_07FFL;

    private static final long HALVED = 0x7FFF_7FFF_7FFF_7FFFL;

    /** Of crashes the last 16 or so containers count. */
    private static final int CRASH_SHIFT = 4;

    private static final int CRASH_ROUND = (1 << CRASH_SHIFT) - 1;
    private static final int CERTAIN = Character.MAX_VALUE;

    private final long[] gaps = new long[LEVELS * LEVEL_WORDS];
    private final Period period = new Period();

    /** When the calls at once last became fewer than each level has, in units. */
    private int fellBelow1;

    private int fellBelow2;
    private int fellBelow3;
    private int fellBelow5;
    private int calls;
    private char crash;

    /** Bit by level: whether it was ever reached. */
    private byte reached;

    /** The level that so many calls at once are of; at least 1. */
    static int level(int calls) {
        return calls < 3 ? calls - 1 : calls < 5 ? 2 : 3;
    }

    private static int leastCalls(int level) {
        return level < 3 ? level + 1 : 5;
    }

    static int units(long nanos) {
        return (int) (nanos >> UNIT_SHIFT);
    }

    static long nanos(int units) {
        return (long) units << UNIT_SHIFT;
    }

    /** Of the calls that come while there are none. */
    Period period() {
        return period;
    }

    /**
     * So many calls of the queue hold a slot or wait for one.
     *
     * @param usual learns from it
     * @param now in nanoseconds, of a clock that may wrap round
     */
    void calls(int atOnce, UsualGaps usual, long now) {
        if (atOnce > calls) {
            for (int level = level(calls + 1); level < LEVELS && leastCalls(level) <= atOnce; level++) {
                if (leastCalls(level) > calls) {
                    rise(level, usual, units(now));
                }
            }
        } else if (atOnce < calls) {
            for (int level = level(atOnce + 1); level < LEVELS && leastCalls(level) <= calls; level++) {
                if (leastCalls(level) > atOnce) {
                    fall(level, units(now));
                }
            }
        }
        calls = atOnce;
    }

    private void rise(int level, UsualGaps usual, int now) {
        if ((reached & (1 << level)) == 0) {
            reached |= (byte) (1 << level);
            if (level == 0) {
                period.begin(now);
            }
            return;
        }
        if (level == 0) {
            period.call(now);
        }
        int bin = bin(Integer.toUnsignedLong(now - fellBelow(level)));
        int first = level * LEVEL_WORDS;
        for (int i = first; i < first + LEVEL_WORDS; i++) {
            gaps[i] -= (gaps[i] >>> FADE_SHIFT) & FADED;
        }
        gaps[first + bin / WORD_BINS] += ONE << (bin % WORD_BINS * BIN_BITS);
        usual.add(level, bin);
    }

    private int fellBelow(int level) {
        return switch (level) {
            case 0 -> fellBelow1;
            case 1 -> fellBelow2;
            case 2 -> fellBelow3;
            default -> fellBelow5;
        };
    }

    private void fall(int level, int now) {
        switch (level) {
            case 0 -> fellBelow1 = now;
            case 1 -> fellBelow2 = now;
            case 2 -> fellBelow3 = now;
            default -> fellBelow5 = now;
        }
    }

    private static int bin(long units) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(units);
        return Math.max(0, Math.min(BINS - 1, bits - FIRST_SHIFT));
    }

    private static long end(int bin) {
        return 1L << (bin == BINS - 1 ? LAST_SHIFT : FIRST_SHIFT + bin);
    }

    /** A container has run a call and can take another. */
    void survived() {
        crash -= (char) ((crash + CRASH_ROUND) >> CRASH_SHIFT);
    }

    /** A container that was up is no more, though nobody wanted it gone. */
    void crashed() {
        crash += (char) ((CERTAIN - crash) >> CRASH_SHIFT);
    }

    /** The part of containers that end by themselves instead of taking another call, from 0 to 1. */
    double crashRate() {
        return (double) crash / CERTAIN;
    }

    /** What a queue of the same function with other settings has shown counts half. */
    void inherit(Arrivals other) {
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = (other.gaps[i] >>> 1) & HALVED;
        }
        crash = other.crash;
        period.inherit(other.period);
    }

    /**
     * How soon the last of so many containers will be wanted, as times a second: the chance that it is within some
     * time, divided by how long it would have to be kept until then or in vain, for whichever time makes the most of
     * it.
     *
     * @param containers of the queue, at least 1
     * @param usual counts as much as one gap of this queue's
     * @param now as that of {@link #calls}
     */
    double soonness(int containers, UsualGaps usual, long now) {
        int level = level(containers);
        boolean below = (reached & (1 << level)) != 0 && calls < leastCalls(level);
        return soonnessAt(level, usual, below ? Integer.toUnsignedLong(units(now) - fellBelow(level)) : 0);
    }

    /** The gaps of a bin are taken to be spread evenly over it. */
    private double soonnessAt(int level, UsualGaps usual, long age) {
        int bin = bin(age);
        double left = end(bin) - age;
        if (left <= 0) {
            return 0;
        }
        double later = 0;
        for (int i = bin + 1; i < BINS; i++) {
            later += weight(level, i, usual);
        }
        double width = end(bin) - (bin == 0 ? 0 : end(bin - 1));
        double all = later + weight(level, bin, usual) * left / width;
        double kept = (all + later) / 2 * left;
        double best = (all - later) / kept;
        double beyond = later;
        for (int i = bin + 1; i < BINS; i++) {
            double next = beyond - weight(level, i, usual);
            kept += (beyond + next) / 2 * (end(i) - end(i - 1));
            beyond = next;
            best = Math.max(best, (all - beyond) / kept);
        }
        return best / UNIT_SECONDS;
    }

    private double weight(int level, int bin, UsualGaps usual) {
        long word = gaps[level * LEVEL_WORDS + bin / WORD_BINS];
        return (double) ((word >>> (bin % WORD_BINS * BIN_BITS)) & BIN_MASK) / ONE + usual.weight(level, bin);
    }
}
