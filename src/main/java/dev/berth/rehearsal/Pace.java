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
    /** How long a look at whether the process is idle takes, how many there are at most, and what counts as idle. */
    static final long SETTLE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    static final int SETTLE_LOOKS = 25;
    static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
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
        spend();
        while (!over() && busy()) {
            clocks.pause().accept(LOOK_AGAIN_NANOS);
            // What real calls cost is not the rehearsal's.
            mark = clocks.processorNanos().getAsLong();
        }
        int granted = over() ? 0 : Math.min(width, calls - made.get());
        made.addAndGet(granted);
        return granted;
    }

    /**
     * Waits until the process is idle, which it is once the compiler has done what it was given, but not for ever, and not
     * when there are real calls. While methods wait to be compiled, the JVM asks the more of others, in proportion: those
     * that many others come before would be compiled with the first real calls.
     */
    void settle() {
        for (int looks = 0; looks < SETTLE_LOOKS && !over(); looks++) {
            spend();
            clocks.pause().accept(SETTLE_LOOK_NANOS);
            if (busy() || spend() <= IDLE_NANOS) {
                return;
            }
        }
    }

    /** Counts what was used since this was last asked, which is the result. */
    private long spend() {
        long processor = clocks.processorNanos().getAsLong();
        long used = processor - mark;
        spent += used;
        mark = processor;
        return used;
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
