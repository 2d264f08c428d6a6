package dev.berth.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What must be undone however the run ends, also by a signal: the last made is undone first, each thing once. What is
 * added after the end is undone at once. Thread-safe.
 */
final class Cleanup implements AutoCloseable {
    private final Deque<AutoCloseable> things = new ArrayDeque<>();
    private boolean over;

    Cleanup() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "cleanup"));
    }

    <T extends AutoCloseable> T add(T thing) {
        synchronized (this) {
            if (!over) {
                things.push(thing);
                return thing;
            }
        }
        undo(thing);
        throw new IllegalStateException("the run is being ended");
    }

    /** Undoes one thing now. */
    void undoNow(AutoCloseable thing) {
        boolean mine;
        synchronized (this) {
            mine = things.remove(thing);
        }
        if (mine) {
            undo(thing);
        }
    }

    /** How many things there are to undo. */
    synchronized int size() {
        return things.size();
    }

    /** Undoes what was added since there were so many. */
    void undoSince(int size) {
        while (size() > size) {
            undoNow(last());
        }
    }

    private synchronized AutoCloseable last() {
        return things.isEmpty() ? () -> {} : things.peek();
    }

    @Override
    public synchronized void close() {
        over = true;
        while (!things.isEmpty()) {
            undo(things.pop());
        }
    }

    private static void undo(AutoCloseable thing) {
        try {
            thing.close();
        } catch (Exception e) {
            System.err.println("cannot clean up: " + e);
        }
    }
}
