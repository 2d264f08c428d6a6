package dev.berth.status;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Whether containers can be started on this node: whether its engine answers. Thread-safe. */
public final class ColdCapacity {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean there = true;

    /** To be called by one thread at a time. */
    public void set(boolean now) {
        there = now;
        listeners.forEach(Runnable::run);
    }

    public boolean there() {
        return there;
    }

    /** @param listener run after each {@link #set}, on its thread */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }
}
