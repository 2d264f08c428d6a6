package dev.berth.logs;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lines of all containers of a node that have not been collected. Never holds more than it may: when it is
 * full the oldest lines go, and the next batch opens with a line of ours that tells how many.
 *
 * <p>At most one batch is out at a time, on top of what the buffer holds, and is kept until it is acknowledged:
 * whoever collects next gets the same batch again.
 *
 * <p>May be used from any thread. The lock is held for moments: nothing is called and nothing waited for
 * under it.
 */
public final class LogBuffer {
    private final Lock lock = new ReentrantLock();
    private final Deque<LogLine> lines = new ArrayDeque<>();
    private final long maxBytes;
    private long bytes;
    private long dropped;
    private @Nullable LogBatch out;
    private @Nullable Collector collector;

    /** @param maxBytes of memory for lines */
    public LogBuffer(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Adds lines, in order. */
    public void add(List<LogLine> more) {
        Runnable waiting = null;
        lock.lock();
        try {
            for (LogLine line : more) {
                lines.add(line);
                bytes += line.kept();
            }
            while (bytes > maxBytes) {
                drop();
            }
            if (collector != null && collector.waiting && !idle()) {
                collector.waiting = false;
                waiting = collector.available;
            }
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.run();
        }
    }

    private void drop() {
        bytes -= lines.remove().kept();
        dropped++;
    }

    private boolean idle() {
        return lines.isEmpty() && dropped == 0;
    }

    /** Bytes of memory held by lines, without those of a batch that is out. */
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins to collect, in place of whoever did so before.
     *
     * @param available called from any thread, once for each time that {@link Collector#next} had nothing
     * @param replaced called from the thread of whoever takes over
     */
    public Collector collect(Runnable available, Runnable replaced) {
        Collector mine = new Collector(available, replaced);
        Collector before;
        lock.lock();
        try {
            before = collector;
            collector = mine;
        } finally {
            lock.unlock();
        }
        if (before != null) {
            before.replaced.run();
        }
        return mine;
    }

    private @Nullable LogBatch take() {
        if (idle()) {
            return null;
        }
        LogBatch.Builder batch = new LogBatch.Builder();
        if (dropped > 0) {
            batch.add(notice(dropped));
            dropped = 0;
        }
        LogLine first = lines.peek();
        while (first != null && batch.add(first)) {
            bytes -= first.kept();
            lines.remove();
            first = lines.peek();
        }
        return batch.build();
    }

    private static LogLine notice(long count) {
        return new LogLine(
                LogOrigin.RUNNER,
                "",
                System.currentTimeMillis(),
                LogLine.Source.STDERR,
                ByteString.copyFromUtf8("-----log buffer full, " + count + " lines dropped-----"));
    }

    /** Whoever collects. Does nothing more once another has taken over. */
    public final class Collector {
        private final Runnable available;
        private final Runnable replaced;
        private boolean waiting;

        private Collector(Runnable available, Runnable replaced) {
            this.available = available;
            this.replaced = replaced;
        }

        /** The next batch; the one that is out, if any; null if there is nothing yet. */
        public @Nullable LogBatch next() {
            lock.lock();
            try {
                if (collector != this) {
                    return null;
                }
                if (out == null) {
                    out = take();
                }
                waiting = out == null;
                return out;
            } finally {
                lock.unlock();
            }
        }

        /** Lets go of the batch that is out. */
        public void acknowledge() {
            lock.lock();
            try {
                if (collector == this) {
                    out = null;
                }
            } finally {
                lock.unlock();
            }
        }

        /** Stops collecting. A batch that is out stays for the next. Idempotent. */
        public void leave() {
            lock.lock();
            try {
                if (collector == this) {
                    collector = null;
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
