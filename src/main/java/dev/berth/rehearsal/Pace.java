package dev.berth.rehearsal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Decides before each round whether there is to be one: not while real calls are in flight or have just been, and
 * never again once enough calls were made, enough processor time is spent, or somebody has said stop. Used by one
 * thread; {@link #stop()} by any.
 */
final class Pace {
    static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Calls that come one by one are a load too: between two of them nothing is rehearsed. */
    static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** Of the 8 s that a rehearsal may take; what the compiler still has to do afterwards takes the rest. */
    static final long PROCESSOR_NANOS = TimeUnit.SECONDS.toNanos(7);

    /**
     * Where the times come from.
     *
     * @param nanos a clock that never runs backwards
     * @param processorNanos what the whole process has used
     * @param pause waits for so many nanoseconds, or less
     */
    record Clocks(LongSupplier nanos, LongSupplier processorNanos, LongConsumer pause) {}

    private final RealLoad load;
    private final Clocks clocks;
    private final int calls;
    private final AtomicInteger made = new AtomicInteger();
    private long received;
    private long lastReal;
    private long spent;
    private long mark;
    private volatile boolean stopped;

    Pace(RealLoad load, Clocks clocks, int calls) {
        this.load = load;
        this.clocks = clocks;
        this.calls = calls;
        this.lastReal = clocks.nanos().getAsLong() - QUIET_NANOS;
        this.received = load.received().getAsLong();
        this.mark = clocks.processorNanos().getAsLong();
    }

    /** Waits while there are real calls. The result is how many calls to make now, at most {@code width}; 0: no more. */
    int next(int width) {
        long processor = clocks.processorNanos().getAsLong();
        spent += processor - mark;
        mark = processor;
        while (!over() && busy()) {
            clocks.pause().accept(LOOK_AGAIN_NANOS);
            // What real calls cost is not the rehearsal's.
            mark = clocks.processorNanos().getAsLong();
        }
        int granted = over() ? 0 : Math.min(width, calls - made.get());
        made.addAndGet(granted);
        return granted;
    }

    private boolean over() {
        return stopped || made.get() >= calls || spent >= PROCESSOR_NANOS;
    }

    private boolean busy() {
        long now = clocks.nanos().getAsLong();
        long seen = load.received().getAsLong();
        if (seen != received || load.active().getAsInt() > 0) {
            received = seen;
            lastReal = now;
        }
        return now - lastReal < QUIET_NANOS;
    }

    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    int made() {
        return made.get();
    }
}
