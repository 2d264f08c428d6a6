package dev.berth.ops;

import dev.berth.call.SlotKey;
import java.util.Set;

/** What an operator can have done to a node. Any thread; each is begun and not waited for. */
public interface NodeControl {
    /**
     * Stops it in good order, as a signal does.
     *
     * @param handOver leaves its containers to the next runner
     */
    void drain(boolean handOver);

    /** Removes the idle containers of these queues now, and those that run a call after it. */
    void clear(Set<SlotKey> keys);

    /** Sets the lowest level that is logged, until the next start. */
    void logLevel(String level);
}
