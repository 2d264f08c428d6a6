package dev.berth.registry;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.Saturating;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A call that waits for a slot. Only {@link Waiters} changes it. */
final class Waiter {
    static final Comparator<Waiter> BY_ARRIVAL = Comparator.comparingLong(waiter -> waiter.arrival);

    /** How an ingress names its wish. */
    record Id(String replyTo, long ticket) {}

    final Id id;
    final String callId;
    final SlotQueue queue;

    /** Grows by arrival on this node. */
    final long arrival;

    /** When it has waited too long, in nanoseconds of the caller's clock. Meaningless if it is {@link #patient}. */
    final long deadline;

    /** It waits until it is served, refused or cancelled. */
    final boolean patient;

    /** It would rather be refused than wait for room to be made. */
    final boolean isTry;

    final Chain.Link<Waiter> inWaiting = new Chain.Link<>(this);

    /** The container that was launched for this waiter and has not come up yet. */
    @Nullable
    Slot launch;

    Waiter(AcquireSlot wish, SlotQueue queue, long arrival, long now) {
        this.id = new Id(wish.replyTo(), wish.ticket());
        this.callId = wish.callId();
        this.queue = queue;
        this.arrival = arrival;
        this.isTry = wish.isTry();
        this.patient = wish.patience().compareTo(AcquireSlot.FOREVER) >= 0;
        this.deadline = now + Saturating.nanos(wish.patience());
    }

    @Override
    public String toString() {
        return callId;
    }
}
