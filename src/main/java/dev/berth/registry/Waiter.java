package dev.berth.registry;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.Saturating;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A call that waits for a slot. Only {@link Waiters} changes it, and {@link Placement} what it found missing. */
final class Waiter {
    static final Comparator<Waiter> BY_ARRIVAL = Comparator.comparingLong(waiter -> waiter.arrival);

    /** How an ingress names its request. */
    record Id(String replyTo, long ticket) {}

    final Id id;
    final String callId;
    final SlotQueue queue;

    /** Grows by arrival on this node. */
    final long arrival;

    /** When it came, in nanoseconds of the caller's clock. */
    final long since;

    /** When it has waited too long, in nanoseconds of the caller's clock. Meaningless if it is {@link #patient}. */
    final long deadline;

    /** It waits until it is served, refused or cancelled. */
    final boolean patient;

    /** It would rather be refused than wait for room to be made. */
    final boolean isTry;

    /** It waits for containers that are there or start for others: nothing is started or removed for it. */
    final boolean existingOnly;

    final Chain.Link<Waiter> inWaiting = new Chain.Link<>(this);

    /** How many of its queue waited when it came. */
    final int ahead;

    /** How many containers of its queue ran a call when it came. */
    final int busy;

    /** What {@link Placement} found missing when it looked last. */
    long missingBytes;

    long missingCpuMillis;

    /** In non-blocking mode: room that is not given up yet will be enough for it, and it waits for that. */
    boolean hopes;

    /** How long it does, in nanoseconds of the caller's clock. */
    long hopesUntil;

    /** Containers were evicted for it. */
    boolean displacing;

    /** Who was first in line when it had to join the line. */
    @Nullable
    Waiter behind;

    /** No container is started for it, since one that is there was to be free sooner. */
    boolean putOff;

    /** The container that was launched for this waiter and has not come up yet. */
    @Nullable
    Slot launch;

    Waiter(AcquireSlot request, SlotQueue queue, long arrival, long now) {
        this.id = new Id(request.replyTo(), request.ticket());
        this.callId = request.callId();
        this.queue = queue;
        this.arrival = arrival;
        this.since = now;
        this.isTry = request.isTry();
        this.existingOnly = request.mode() == AcquireSlot.Mode.EXISTING;
        this.ahead = queue.waiting.size();
        this.busy = queue.busy();
        this.patient = request.patience().compareTo(AcquireSlot.FOREVER) >= 0;
        this.deadline = now + Saturating.nanos(request.patience());
    }

    /** Whether there was no room for it when {@link Placement} looked last. */
    boolean isShort() {
        return missingBytes > 0 || missingCpuMillis > 0;
    }

    /** The waiter before it for which there was no room; null: it did not have to wait behind one. */
    @Nullable
    Waiter blocker() {
        return behind != null && behind.isShort() ? behind : null;
    }

    @Override
    public String toString() {
        return callId;
    }
}
