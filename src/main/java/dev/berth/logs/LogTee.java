package dev.berth.logs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What functions print, for those who look on: any number of them, besides the one collector of a {@link LogBuffer}.
 * Nobody is waited for: who takes lines too slowly misses the oldest, and is told how many. The last lines are kept, for
 * whoever begins to look.
 *
 * <p>Written from every worker's thread and read from that of the operations port, so it is locked; nothing blocks
 * under the lock.
 */
public final class LogTee {
    private static final int TAIL_BYTES = 64 << 10;
    private static final int UNREAD_BYTES = 256 << 10;

    private final Lock lock = new ReentrantLock();
    private final Lines tail = new Lines(TAIL_BYTES);
    private final List<Listener> listeners = new ArrayList<>();

    /** Some lines; the oldest give way. */
    private static final class Lines {
        private final Deque<LogLine> lines = new ArrayDeque<>();
        private final long maxBytes;
        private long bytes;
        private long dropped;

        Lines(long maxBytes) {
            this.maxBytes = maxBytes;
        }

        void add(LogLine line) {
            lines.add(line);
            bytes += line.kept();
            while (bytes > maxBytes) {
                bytes -= lines.remove().kept();
                dropped++;
            }
        }
    }

    /**
     * Some lines in their order.
     *
     * @param dropped how many before the first of them were missed
     */
    public record Heard(long dropped, List<LogLine> lines) {
        public Heard {
            lines = List.copyOf(lines);
        }
    }

    void add(List<LogLine> more) {
        List<Listener> waiting = List.of();
        lock.lock();
        try {
            more.forEach(tail::add);
            for (Listener listener : listeners) {
                if (listener.take(more)) {
                    waiting = waiting.isEmpty() ? new ArrayList<>() : waiting;
                    waiting.add(listener);
                }
            }
        } finally {
            lock.unlock();
        }
        waiting.forEach(listener -> listener.available.run());
    }

    /**
     * Begins to look, from the last lines on.
     *
     * @param wanted whose lines; called under the lock
     * @param available called from any thread, once for each time that {@link Listener#next} had nothing
     */
    public Listener listen(Predicate<LogOrigin> wanted, Runnable available) {
        Listener listener = new Listener(wanted, available);
        lock.lock();
        try {
            listener.take(tail.lines);
            listeners.add(listener);
        } finally {
            lock.unlock();
        }
        return listener;
    }

    /** How many look. */
    public int listeners() {
        lock.lock();
        try {
            return listeners.size();
        } finally {
            lock.unlock();
        }
    }

    /** One who looks on. */
    public final class Listener {
        private final Predicate<LogOrigin> wanted;
        private final Runnable available;
        private Lines unread = new Lines(UNREAD_BYTES);
        private boolean waiting;

        private Listener(Predicate<LogOrigin> wanted, Runnable available) {
            this.wanted = wanted;
            this.available = available;
        }

        /** Whether it has to be told. */
        private boolean take(Iterable<LogLine> lines) {
            boolean some = false;
            for (LogLine line : lines) {
                if (wanted.test(line.origin())) {
                    unread.add(line);
                    some = true;
                }
            }
            boolean tell = some && waiting;
            waiting &= !tell;
            return tell;
        }

        /** All that has come since this was asked last; null if that is nothing. */
        public @Nullable Heard next() {
            lock.lock();
            try {
                if (unread.lines.isEmpty()) {
                    waiting = true;
                    return null;
                }
                Heard heard = new Heard(unread.dropped, List.copyOf(unread.lines));
                unread = new Lines(UNREAD_BYTES);
                return heard;
            } finally {
                lock.unlock();
            }
        }

        /** Looks no more. Idempotent. */
        public void leave() {
            lock.lock();
            try {
                listeners.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}
