package dev.berth.ingress;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What Status counts, over all ingress instances of a node. Thread-safe. */
public final class IngressCounters {
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder received = new LongAdder();
    private final LongAdder handled = new LongAdder();
    private volatile boolean draining;
    private volatile Runnable whenIdle = () -> {};

    void opened() {
        active.incrementAndGet();
        received.increment();
    }

    /** @param refused whether the call was turned away to be placed elsewhere */
    void closed(boolean refused) {
        if (!refused) {
            handled.increment();
        }
        if (active.decrementAndGet() == 0 && draining) {
            whenIdle.run();
        }
    }

    /**
     * From now on new calls are refused.
     *
     * @param idle run, on any thread and perhaps more than once, when no Engage stream is open any more
     */
    public void drain(Runnable idle) {
        whenIdle = idle;
        draining = true;
        if (active.get() == 0) {
            idle.run();
        }
    }

    boolean draining() {
        return draining;
    }

    /** Engage streams open now. */
    public int active() {
        return active.get();
    }

    /** Engage streams ever opened. */
    public long received() {
        return received.sum();
    }

    /** Engage streams that have ended, refusals left out. */
    public long handled() {
        return handled.sum();
    }
}
