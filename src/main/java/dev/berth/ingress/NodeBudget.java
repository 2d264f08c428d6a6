package dev.berth.ingress;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for all that a node holds for its clients, in bytes of the heap: streams, call documents, request bytes
 * that wait, answers that are not read, uncollected logs. Whoever keeps such bytes takes them here first, through a
 * {@link Lease}, and keeps nothing that is refused.
 *
 * <p>An eighth of the budget is left to calls that run: calls that wait are refused before it is touched, for they
 * can be placed elsewhere. The last 32nd is left to questions for the node's state, which are asked most when it is full.
 * Thread-safe and without locks; leases are confined to their owner's context.
 */
public final class NodeBudget {
    /** Less than one of these is not counted: it is paid for with the stream it belongs to. */
    static final int UNIT = 4096;

    private static final int SHARE_OF_RUNNING = 8;
    private static final int SHARE_OF_QUESTIONS = 32;

    private final long limit;
    private final long limitOfRunning;
    private final long limitOfWaiting;
    private final AtomicLong taken = new AtomicLong();

    /** @param bytes at least 1 */
    public NodeBudget(long bytes) {
        this.limit = bytes;
        this.limitOfRunning = bytes - bytes / SHARE_OF_QUESTIONS;
        this.limitOfWaiting = bytes - bytes / SHARE_OF_RUNNING;
    }

    /** Takes bytes for as long as the node lives. */
    public void reserve(long bytes) {
        taken.addAndGet(bytes);
    }

    /** Bytes held now. For metrics and tests. */
    public long taken() {
        return taken.get();
    }

    boolean isHalfTaken() {
        return taken.get() > limit / 2;
    }

    long limit() {
        return limit;
    }

    /** What calls that wait can have together. */
    long limitOfWaiting() {
        return limitOfWaiting;
    }

    Lease lease() {
        return new Lease();
    }

    private boolean take(long bytes, long most) {
        if (taken.addAndGet(bytes) <= most) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    /** What one owner holds. Counted in whole units. */
    final class Lease {
        private long units;
        private long most = limitOfWaiting;

        private Lease() {}

        /** From now on this is for a call that runs. */
        void running() {
            most = limitOfRunning;
        }

        /** This is for a question that is answered at once. */
        void question() {
            most = limit;
        }

        boolean isForQuestion() {
            return most == limit;
        }

        /** The call waits again. */
        void waiting() {
            most = limitOfWaiting;
        }

        /** Holds so many bytes from now on; if that is refused, as many as before. */
        boolean hold(long bytes) {
            long wanted = bytes / UNIT;
            long more = wanted - units;
            if (more > 0 && !take(more * UNIT, most)) {
                return false;
            }
            if (more < 0) {
                taken.addAndGet(more * UNIT);
            }
            units = wanted;
            return true;
        }

        /** Whether so many bytes could be held if nobody else held any. */
        boolean canEverHold(long bytes) {
            return bytes <= most;
        }

        /** The same for what is there already and cannot be refused: others are then refused sooner. */
        void keep(long bytes) {
            long wanted = bytes / UNIT;
            if (wanted != units) {
                taken.addAndGet((wanted - units) * UNIT);
                units = wanted;
            }
        }

        /** Gives all back. More than once does no harm. */
        void giveBack() {
            keep(0);
        }
    }
}
