package dev.berth.registry;

import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerTimings;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.ColdCause;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Refused;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps that every turn is made of: a lease, a launch, a removal, a refusal, and what has to follow each of them in
 * the parts that keep the accounts. {@link SlotRules} says which message takes which.
 */
final class SlotSteps {
    private static final RunnerException BUSY = ErrorCode.SERVER_BUSY.exception();

    final Placement placement;
    final Slots slots;
    final Waiters waiters;
    final Account account;
    final Floors floors;
    final Foresight foresight;
    final Decisions decisions;
    private final Queues queues;

    private long now;
    private boolean draining;
    private Reason drained = Reason.DRAINING;

    /**
     * @param workers how many workers there are
     * @param ids makes a new name for each container
     */
    SlotSteps(
            RegistryConfig config,
            Room room,
            Queues queues,
            Starts starts,
            Keeping keeping,
            Claims claims,
            int workers,
            Supplier<String> ids,
            SlotObserver observer) {
        this.queues = queues;
        this.decisions = new Decisions(observer);
        this.placement = new Placement(config, room, keeping.order(), new PlacementActions());
        Guesses guesses = new Guesses(keeping.foresight(), room, placement, observer);
        this.slots = new Slots(room, new Workers(workers), ids, keeping, placement, claims, starts, guesses);
        this.waiters = new Waiters(placement, WaitPolicy.of(config), starts);
        this.account = new Account(room, queues);
        this.floors = new Floors(keeping.floor(), room, slots, queues);
        this.foresight = new Foresight(keeping.foresight(), guesses, starts, queues);
    }

    void begin(long nowNanos) {
        now = nowNanos;
        decisions.begin();
    }

    /**
     * From now on what becomes free of its calls goes.
     *
     * @param why is told to its worker
     */
    void drain(Reason why) {
        draining = true;
        drained = why;
    }

    boolean isDraining() {
        return draining;
    }

    /**
     * What is free of a slot goes to those who have waited longest; without waiters it is idle, or open for more calls.
     *
     * @param timings told to the first of them
     * @param cause whom it was launched for, if it has just started
     */
    void offer(Slot slot, ContainerTimings timings, @Nullable Waiter cause, boolean started) {
        SlotQueue queue = slot.queue;
        Waiter waiter = queue.waiting.first();
        boolean last = slot.unwanted && !(started && waiter != null);
        if (slot.taken > 0 && (draining || last)) {
            // It goes with the last of its calls.
            slots.rest(slot, now);
        } else if (draining) {
            remove(slot, slot.unwanted ? Reason.DRAINING : drained);
        } else if (last) {
            account.cleared(slot, now);
            remove(slot, Reason.CLEARED);
            settle(queue);
        } else if (waiter == null) {
            slots.rest(slot, now);
        } else {
            ContainerTimings told = timings;
            do {
                SlotFacts facts =
                        started ? account.started(slot, waiter, waiter == cause, now) : account.freed(waiter, now);
                waiters.leave(waiter);
                lease(slot, waiter.id, waiter.callId, told, facts);
                told = ContainerTimings.NONE;
                waiter = queue.waiting.first();
            } while (waiter != null && slot.taken < queue.seats && !slot.unwanted);
            settle(queue);
        }
    }

    void lease(Slot slot, Waiter.Id to, String callId, ContainerTimings timings, SlotFacts facts) {
        Seat seat = slots.lease(slot, to.replyTo(), now);
        decisions.grant(seat, to, callId, seat.claimDeadline - now, timings, facts);
    }

    void remove(Slot slot, Reason reason) {
        decisions.remove(slot, reason);
        slots.giveUp(slot);
        floors.review(slot.queue);
        foresight.review(slot.queue);
    }

    void tellCause(Slot slot, RunnerException error, ContainerTimings timings) {
        if (slot.cause != null) {
            refuse(slot.cause, error, Refused.LAUNCH_FAILED, timings);
        }
    }

    /** As one that may run elsewhere. */
    void refuse(Waiter waiter, Refused why) {
        refuse(waiter, BUSY, why, ContainerTimings.NONE);
    }

    void refuse(Waiter waiter, RunnerException error, Refused why, ContainerTimings timings) {
        SlotFacts facts = account.refused(waiter, why, now);
        waiters.leave(waiter);
        decisions.refuse(waiter, error, timings, facts);
    }

    /** Must end every change to a queue's waiters or containers. */
    void settle(SlotQueue queue) {
        waiters.balance(queue, now);
        for (Waiter waiter = waiters.waitingInVain(queue); waiter != null; waiter = waiters.waitingInVain(queue)) {
            refuse(waiter, Refused.NOT_HERE);
        }
        Waiter tooMany = waiters.oneTooMany(queue);
        if (tooMany != null) {
            refuse(tooMany, Refused.NOT_HERE);
        }
        floors.review(queue);
        foresight.review(queue);
        queues.closeIfUnused(queue);
    }

    /** @param unready whether the container that has ended had not come up yet */
    void settleAfterEnd(SlotQueue queue, boolean unready) {
        if (unready) {
            waiters.hurry(queue, now);
        }
        settle(queue);
    }

    /**
     * @param causeCallId the call that it is for; empty: none
     * @param waitedNanos how long that has waited
     */
    Slot launch(SlotQueue queue, String causeCallId, long waitedNanos) {
        int others = queue.containers;
        ColdCause why = account.coldCause(queue, now);
        Slot slot = slots.launch(queue, now);
        slot.coldCause = why;
        decisions.launch(slot, causeCallId, others, waitedNanos);
        return slot;
    }

    /** For a call that has not come yet. */
    void launchAhead(SlotQueue queue) {
        ColdCause why = account.coldCause(queue, now);
        Slot slot = slots.launch(queue, now);
        slot.coldCause = why;
        decisions.launchAhead(slot);
        foresight.launched(slot);
        settle(queue);
    }

    private final class PlacementActions implements Placement.Actions {
        @Override
        public void launchFor(Waiter waiter) {
            waiters.cover(waiter, launch(waiter.queue, waiter.callId, now - waiter.since));
        }

        @Override
        public void evict(Slot slot, Waiter forWhom) {
            forWhom.displacing = true;
            account.evicted(slot, forWhom, now);
            remove(slot, Reason.EVICTED);
        }

        @Override
        public boolean releasePutOff() {
            return waiters.releaseAll();
        }

        @Override
        public void refuse(Waiter waiter) {
            SlotSteps.this.refuse(waiter, Refused.NO_ROOM);
            settle(waiter.queue);
        }
    }
}
