package dev.berth.registry;

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

    final Chain.Link<Waiter> inWaiting = new Chain.Link<>(this);

    /** The container that was launched for this waiter and has not come up yet. */
    @Nullable
    Slot launch;

    Waiter(Id id, String callId, SlotQueue queue, long arrival) {
        this.id = id;
        this.callId = callId;
        this.queue = queue;
        this.arrival = arrival;
    }

    @Override
    public String toString() {
        return callId;
    }
}
