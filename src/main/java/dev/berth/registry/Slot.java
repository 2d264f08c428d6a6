package dev.berth.registry;

import dev.berth.why.ColdCause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One container as the table sees it: room for one call, or several at once. {@link Slots} changes its state. */
final class Slot {
    enum State {
        /** Launched, not ready yet. */
        STARTING,
        /** Free for a call; running or frozen. */
        IDLE,
        /** Leased to one call or more. */
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

    final List<Seat> seats;

    /** How many of the seats are. */
    int taken;

    final Chain.Link<Slot> inOpen = new Chain.Link<>(this);

    /** When it was launched, in nanoseconds of the caller's clock. */
    long since;

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

    /** It was started ahead of a call. */
    boolean ahead;

    /** It was, and no call has come yet; {@link Guesses} keeps the accounts. */
    boolean guessed;

    /** While guessed: when it goes, in nanoseconds of the caller's clock. */
    long guessedUntil;

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
        List<Seat> all = new ArrayList<>(queue.seats);
        for (int i = 0; i < queue.seats; i++) {
            all.add(new Seat(this));
        }
        this.seats = List.copyOf(all);
    }

    /** One that is free; there must be one. */
    Seat freeSeat() {
        for (Seat seat : seats) {
            if (!seat.taken) {
                return seat;
            }
        }
        throw new IllegalStateException("all taken");
    }

    /** The one that is leased under this number; null: none is. */
    @Nullable
    Seat leased(long lease) {
        for (Seat seat : seats) {
            if (seat.taken && seat.lease == lease) {
                return seat;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return id + " " + state;
    }
}
