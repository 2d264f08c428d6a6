package dev.berth.bus;

import dev.berth.call.SlotKey;

/** Queues as a registry tells of them. */
public final class Queues {
    private Queues() {}

    /** One of which none are kept, and whose containers take one call at a time. */
    public static NodeSnapshot.Queue of(
            SlotKey key, String image, int idle, int paused, int busy, int starting, int waiting) {
        return of(key, image, idle, paused, busy, starting, waiting, 0);
    }

    /**
     * The same.
     *
     * @param startNanos how long a container takes to start
     */
    public static NodeSnapshot.Queue of(
            SlotKey key, String image, int idle, int paused, int busy, int starting, int waiting, long startNanos) {
        return new NodeSnapshot.Queue(key, image, idle, paused, busy, starting, waiting, 0, startNanos, 0, 1, busy);
    }
}
