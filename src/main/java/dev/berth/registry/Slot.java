package dev.berth.registry;

import dev.berth.why.ColdCause;
import org.jspecify.annotations.Nullable;

/** One container as the table sees it: room for one call at a time. {@link Slots} changes its state. */
final class Slot {
    enum State {
        /** Launched, not ready yet. */
        STARTING,
        /** Free for a call; running or frozen. */
        IDLE,
        /** Leased to one call. */
        BUSY,
        /** Being removed: never given out again, its room still taken. */
        ENDING
    }

    final String id;
    final SlotQueue queue;
    final int worker;

    /** Grows by launch; orders slots whose alarms fall together. */
    final long number;

    final Chain.Link<Slot> inIdle = new Chain.Link<>(this);
    final Chain.Link<Slot> inEvictable = new Chain.Link<>(this);

    State state = State.STARTING;

    /** The number of the current lease, or of the last one; 0 before the first. */
    long lease;

    /** When it was launched, or leased last, in nanoseconds of the caller's clock. */
    long since;

    /** Address of the ingress that has, or had, the lease. */
    String holder = "";

    /** While the call of the lease may still be on its way: when that is too long, in nanoseconds of the caller's clock. */
    long claimDeadline;

    final Chain.Link<Slot> inClaims = new Chain.Link<>(this);

    boolean frozen;

    /** While busy: it runs no further call. While starting: none after the first. */
    boolean unwanted;

    /** It has run a call to its end. */
    boolean served;

    /** By how much other starts slowed its own when it began. */
    double slowdown;

    /** Why it was launched; null: it serves nobody's account. */
    @Nullable
    ColdCause coldCause;

    /** Who this container was launched for, while it starts and that waiter still waits. */
    @Nullable
    Waiter cause;

    /** While idle: since when, in nanoseconds of the caller's clock. */
    long idleSince;

    /** While idle: when it has been idle too long, in nanoseconds of the caller's clock. */
    long idleDeadline;

    /** When {@link IdleClock} looks at it next; never after {@link #idleDeadline}. */
    long alarm;

    boolean alarmSet;

    /** Others were evicted for whoever it was launched for. */
    boolean displacing;

    /** It is not evicted before {@link #heldUntil}; see {@link Holds}. */
    boolean held;

    /** In nanoseconds of the caller's clock. */
    long heldUntil;

    Slot(String id, SlotQueue queue, int worker, long number) {
        this.id = id;
        this.queue = queue;
        this.worker = worker;
        this.number = number;
    }

    @Override
    public String toString() {
        return id + " " + state;
    }
}
