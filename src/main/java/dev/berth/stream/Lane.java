package dev.berth.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Pieces of bodies on their way to another node, from the time they are given to the bus until they are written to the
 * network: so many bytes at most. A stream whose piece does not fit waits; those that wait are called in turn, for a
 * piece each. Any thread, nothing blocks.
 */
final class Lane {
    /** What a piece costs beside its bytes. */
    private static final int FRAME = 128;

    private final int largest;
    private final long most;
    private final AtomicLong underWay = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    /**
     * @param largest bytes of the largest piece that goes here
     * @param most bytes under way; enough for one piece at least
     */
    Lane(int largest, long most) {
        this.largest = largest;
        this.most = most;
    }

    static long cost(int bytes) {
        return (long) bytes + FRAME;
    }

    int largest() {
        return largest;
    }

    /** @return whether it may be given to the bus; then its cost is released when it is written */
    boolean take(int bytes) {
        return waiting.isEmpty() && tryTake(cost(bytes));
    }

    private boolean tryTake(long cost) {
        while (true) {
            long before = underWay.get();
            if (before + cost > most) {
                return false;
            }
            if (underWay.compareAndSet(before, before + cost)) {
                return true;
            }
        }
    }

    /**
     * @param turn called once, on any thread and perhaps before this returns, when the largest piece has been taken for
     *     it; blocks nothing
     */
    void await(Runnable turn) {
        waiting.add(turn);
        callNext();
    }

    /** Part of what was taken for a turn, or all, is not needed. */
    void releaseTurn(long used) {
        release(cost(largest) - used);
    }

    void release(long cost) {
        underWay.addAndGet(-cost);
        callNext();
    }

    /** Whoever adds a waiter or makes room looks again after that, so none is overlooked. */
    private void callNext() {
        long cost = cost(largest);
        while (!waiting.isEmpty() && tryTake(cost)) {
            Runnable next = waiting.poll();
            if (next == null) {
                // Another thread was faster. One may have come since, and found no room for what was taken here: look
                // again.
                underWay.addAndGet(-cost);
            } else {
                next.run();
            }
        }
    }

    long underWay() {
        return underWay.get();
    }
}
