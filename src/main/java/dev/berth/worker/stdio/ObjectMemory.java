package dev.berth.worker.stdio;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The heap, in bytes, for calls of the formats that are read whole, which can be asked for by few bytes: an object of
 * two bytes takes hundreds once it has been read. Whoever holds such a call takes what it needs here first, through a
 * {@link Lease}, and keeps nothing that is refused. One for a process. Thread-safe and without locks; leases are
 * confined to their owner's context.
 */
public final class ObjectMemory {
    private static final int SHARE_OF_HEAP = 4;
    /** What is held is counted in whole units. */
    private static final int UNIT = 4096;

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    /** @param bytes at least 1 */
    public ObjectMemory(long bytes) {
        this.limit = bytes;
    }

    /** A quarter of this process's heap. */
    public static ObjectMemory ofHeap() {
        return new ObjectMemory(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /** Bytes held now. For tests. */
    long taken() {
        return taken.get();
    }

    Lease lease() {
        return new Lease();
    }

    private static long units(long bytes) {
        return (bytes + UNIT - 1) / UNIT;
    }

    /** What one call holds. */
    final class Lease {
        private long units;

        private Lease() {}

        /** Holds so many bytes from now on; if that is refused, as many as before. */
        boolean hold(long bytes) {
            long wanted = units(bytes);
            long more = (wanted - units) * UNIT;
            if (more == 0) {
                return true;
            }
            if (taken.addAndGet(more) > limit && more > 0) {
                taken.addAndGet(-more);
                return false;
            }
            units = wanted;
            return true;
        }

        /** Whether so many bytes could be held if nobody else held any. */
        boolean canEverHold(long bytes) {
            return units(bytes) * UNIT <= limit;
        }

        /** Gives all back. More than once does no harm. */
        void giveBack() {
            hold(0);
        }
    }
}
