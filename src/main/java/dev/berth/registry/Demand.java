package dev.berth.registry;

import dev.berth.bus.Shown;

/**
 * What calls of one function have shown, whichever queue they were in. At most 256 bytes, and nothing is made after
 * its construction. Pure: times are passed in. Not thread-safe.
 */
final class Demand {
    private long service = Estimate.UNKNOWN;
    private long start = Estimate.UNKNOWN;

    private boolean tried;

    /** A call has held its slot that long, not the first of its container, which can take another. */
    void served(long nanos) {
        service = Estimate.with(service, nanos);
    }

    /**
     * The first call of a container has held its slot that long. Much of that may be what a function does once, which
     * is as a rule less than its start: only what takes longer shows how long calls take, and only while nothing else
     * does.
     *
     * @param start how long a container takes to start, in nanoseconds
     */
    void servedFirst(long nanos, long start) {
        tried = true;
        if (!isMeasured() && nanos >= start) {
            service = Estimate.with(service, nanos);
        }
    }

    /** Whether a container has ever run its first call to its end. */
    boolean isTried() {
        return tried;
    }

    /**
     * A container has come up.
     *
     * @param nanos from its launch, without the pull of its image
     * @param slowdown by how much the starts beside it have slowed it; at least 1
     */
    void started(long nanos, double slowdown) {
        start = Estimate.with(start, (long) (nanos / slowdown));
    }

    /** What another runner's calls have shown, unless it is known better. */
    void inherit(Shown shown) {
        if (!isMeasured() && shown.serviceNanos() > 0) {
            tried = true;
            service = Estimate.with(service, shown.serviceNanos());
        }
        if (!hasStarted() && shown.startNanos() > 0) {
            start = Estimate.with(start, shown.startNanos());
        }
    }

    /** What {@link #inherit} needs. */
    Shown shown() {
        return Shown.of(serviceNanos(), startNanos());
    }

    /** Whether it is known how long a call holds its slot. */
    boolean isMeasured() {
        return Estimate.isKnown(service);
    }

    /** How long a call holds its slot, with some caution, in nanoseconds; 0: not measured. */
    long serviceNanos() {
        return Estimate.cautious(service);
    }

    /** Whether a container has ever come up. */
    boolean hasStarted() {
        return Estimate.isKnown(start);
    }

    /** How long a container takes to start that starts alone, with some caution, in nanoseconds; 0: not measured. */
    long startNanos() {
        return Estimate.cautious(start);
    }
}
