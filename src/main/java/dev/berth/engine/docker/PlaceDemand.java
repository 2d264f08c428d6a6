package dev.berth.engine.docker;

/**
 * How many places to hold ready: as many as are taken while one is made anew, and two more. No I/O, no clock of its
 * own; used on one context.
 */
final class PlaceDemand {
    static final int LEAST = 2;
    static final int MOST = 16;

    private static final double MEMORY_SECONDS = 60;
    private static final double NANOS_PER_SECOND = 1e9;
    /** Until one has been made. */
    private static final double FIRST_GUESS_SECONDS = 0.45;
    /** Weight of the newest time. */
    private static final double GAIN = 0.2;

    /** What is left of a rate after minutes counts as none. */
    private static final double NONE = 0.01;

    private double perSecond;
    private long countedAt;
    private double makingSeconds = FIRST_GUESS_SECONDS;

    /** @param now in ns, as from {@link System#nanoTime} */
    PlaceDemand(long now) {
        this.countedAt = now;
    }

    /** A container was started that takes a place, or would have taken one. */
    void arrived(long now) {
        perSecond = rate(now) + 1 / MEMORY_SECONDS;
        countedAt = now;
    }

    /** @param nanos it took to make a place */
    void made(long nanos) {
        makingSeconds += GAIN * (nanos / NANOS_PER_SECOND - makingSeconds);
    }

    /** From {@link #LEAST} to {@link #MOST}. */
    int size(long now) {
        double taken = Math.ceil(rate(now) * makingSeconds - NONE);
        return (int) Math.min(MOST, LEAST + taken);
    }

    private double rate(long now) {
        return perSecond * Math.exp((countedAt - now) / NANOS_PER_SECOND / MEMORY_SECONDS);
    }
}
