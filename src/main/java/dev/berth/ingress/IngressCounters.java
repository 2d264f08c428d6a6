package dev.berth.ingress;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What Status counts, over all ingress instances of a node, and whether the node is stopping. Thread-safe. */
public final class IngressCounters {
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder received = new LongAdder();
    private final LongAdder handled = new LongAdder();
    private volatile boolean draining;
    private volatile Runnable whenIdle = () -> {};
    private final List<StopListener> stopListeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger cutOff = new AtomicInteger();

    /** Hears of a stop, on any thread. */
    public interface StopListener {
        /** New calls are refused from now on. */
        void drain();

        /** Calls that still run are to be ended. */
        void cutOff();
    }

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
        stopListeners.forEach(StopListener::drain);
        if (active.get() == 0) {
            idle.run();
        }
    }

    /** Ends the calls that still run. After {@link #drain}. */
    public void cutOff() {
        stopListeners.forEach(StopListener::cutOff);
    }

    public void onStop(StopListener listener) {
        stopListeners.add(listener);
    }

    void callCutOff() {
        cutOff.incrementAndGet();
    }

    /** Calls that were ended by {@link #cutOff}. */
    public int callsCutOff() {
        return cutOff.get();
    }

    public boolean draining() {
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
