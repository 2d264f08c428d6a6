package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ContainerAdopted;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.bus.RegistryMessage.LeaseClaimed;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.registry.Admission.Refusal;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Refused;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What each message to the registry of a node changes and decides, by the rules of the slots. The parts keep the
 * accounts; here they are brought together. {@link SlotTable} makes turns of it.
 */
final class SlotRules {
    private static final RunnerException BUSY = ErrorCode.SERVER_BUSY.exception();
    private static final RunnerException ENGINE_GONE = ErrorCode.ENGINE_GONE.exception();
    private static final RunnerException ENDED_UNREADY = ErrorCode.INIT_FAILED.exception();

    private final Placement placement;
    private final Claims claims;
    private final Slots slots;
    private final Waiters waiters;
    private final Admission admission;
    private final Queues queues;
    private final Adoptions adoptions;
    private final SlotObserver observer;
    private final Decisions decisions;
    private final Account account;
    private final Floors floors;

    private long now;
    private boolean draining;
    private Reason drained = Reason.DRAINING;
    private boolean drainToConfirm;
    private boolean engineAnswers = true;

    /**
     * @param incarnation of this node
     * @param workers how many workers there are
     * @param ids makes a new name for each container
     */
    SlotRules(
            RegistryConfig config,
            Room room,
            Queues queues,
            Starts starts,
            Keeping keeping,
            String incarnation,
            int workers,
            Supplier<String> ids,
            SlotObserver observer) {
        this.queues = queues;
        this.adoptions = new Adoptions(queues);
        this.observer = observer;
        this.decisions = new Decisions(observer);
        this.placement = new Placement(config, room, keeping.order(), new PlacementActions());
        this.claims = new Claims(incarnation);
        this.slots = new Slots(room, new Workers(workers), ids, keeping, placement, claims, starts);
        this.waiters = new Waiters(placement, WaitPolicy.of(config), starts);
        this.admission = new Admission(config.maxWaiters(), room, placement, waiters);
        this.account = new Account(room, queues);
        this.floors = new Floors(keeping.floor(), room, slots, queues);
    }

    void begin(long nowNanos) {
        now = nowNanos;
        decisions.begin();
    }

    /** What the turn that began last has decided, also if it has failed since. */
    List<Command> decided() {
        return decisions.all();
    }

    void end() {
        raiseFloor();
        placement.place(now);
        if (drainToConfirm && slots.isEmpty()) {
            drainToConfirm = false;
            decisions.drained();
        }
    }

    /** Only in room that nobody waits for. Before it is placed, for then more may wait. */
    private void raiseFloor() {
        SlotQueue queue = floorsMayRise() ? floors.next(now) : null;
        if (queue != null) {
            Slot slot = launch(queue, "", 0);
            floors.raise(slot);
            settle(queue);
        }
    }

    private boolean floorsMayRise() {
        return !draining && engineAnswers && !placement.isStarved();
    }

    /** Whatever was due by now. */
    void timePassed() {
        floors.timePassed(now);
        for (Slot slot = slots.nextOverdue(now); slot != null; slot = slots.nextOverdue(now)) {
            account.expired(slot, now);
            remove(slot, Reason.IDLE_TIMEOUT);
        }
        placement.endHolds(now);
        for (Seat seat = claims.nextOverdue(now); seat != null; seat = claims.nextOverdue(now)) {
            decisions.revoke(seat);
        }
        for (Waiter waiter = waiters.firstOverdue(now); waiter != null; waiter = waiters.firstOverdue(now)) {
            refuse(waiter, BUSY, Refused.DEADLINE, ContainerTimings.NONE);
            settle(waiter.queue);
        }
        for (SlotQueue queue = waiters.firstDue(now); queue != null; queue = waiters.firstDue(now)) {
            settle(queue);
        }
    }

    /** When to call {@link #timePassed}; it may turn out to have nothing to do. */
    OptionalLong nextDeadline() {
        return Moments.earliest(
                slots.nextAlarm(),
                placement.nextLook(),
                claims.nextDeadline(),
                waiters.nextDeadline(),
                waiters.nextAlarm(),
                floors.nextLook(floorsMayRise(), now));
    }

    boolean isDraining() {
        return draining;
    }

    /** Whether no slot is leased. */
    boolean isIdle() {
        return slots.areIdle();
    }

    void acquire(AcquireSlot request) {
        SlotQueue own = queues.find(request.spec().key());
        SlotQueue queue = own != null ? own : adoptions.claim(request.spec(), unfit -> remove(unfit, Reason.UNFIT));
        Slot slot = queue == null || draining ? null : queue.free();
        if (queue != null) {
            queue.noteToken(request.spec().registryToken());
            if (!draining) {
                floors.called(queue, request.spec(), now);
            }
        }
        if (slot != null) {
            lease(
                    slot,
                    new Waiter.Id(request.replyTo(), request.ticket()),
                    request.callId(),
                    ContainerTimings.NONE,
                    account.idle(slot));
        } else {
            Refusal refusal = admission.refusal(request, queue, draining, engineAnswers);
            if (refusal == null) {
                SlotQueue joined = queue == null ? open(request) : queue;
                waiters.add(request, joined, now);
                settle(joined);
            } else {
                decisions.refuse(request, queue, refusal.error(), refusal.why());
                if (queue != null) {
                    queues.closeIfUnused(queue);
                }
            }
        }
    }

    private SlotQueue open(AcquireSlot request) {
        SlotQueue queue = queues.open(request.spec());
        floors.opened(queue, now);
        floors.called(queue, request.spec(), now);
        return queue;
    }

    void cancel(CancelAcquire cancel) {
        Waiter waiter = waiters.find(new Waiter.Id(cancel.replyTo(), cancel.ticket()));
        if (waiter != null) {
            if (cancel.explain()) {
                decisions.explain(cancel, account.refused(waiter, Refused.DEADLINE, now));
            }
            waiters.leave(waiter);
            settle(waiter.queue);
        }
    }

    void released(String containerId, long lease, boolean unused) {
        Slot slot = slots.find(containerId);
        Seat seat = slot == null ? null : slot.leased(lease);
        if (slot != null && seat != null) {
            // A container that has run a call is awake; one that nobody touched may still be frozen.
            slot.frozen &= unused;
            if (!unused) {
                slots.served(seat, now);
            }
            slots.vacate(seat);
            offer(slot, ContainerTimings.NONE, null, false);
        }
    }

    void claimed(LeaseClaimed claimed) {
        Slot slot = slots.find(claimed.containerId());
        Seat seat = slot == null ? null : slot.leased(claimed.lease());
        if (seat != null) {
            claims.settle(seat);
        }
    }

    /**
     * Its running calls are ended by their workers, who lose the same node. Its waiters are refused: should it be
     * there after all, it looks elsewhere.
     */
    void nodeLost(String incarnation) {
        for (Waiter waiter : waiters.all()) {
            if (incarnation.equals(Addresses.incarnation(waiter.id.replyTo()))) {
                refuse(waiter, BUSY, Refused.ASKER_LOST, ContainerTimings.NONE);
                settle(waiter.queue);
            }
        }
        for (Slot slot : slots.all()) {
            for (Seat seat : slot.seats) {
                if (seat.taken && incarnation.equals(Addresses.incarnation(seat.holder))) {
                    claims.settle(seat);
                    decisions.revoke(seat);
                }
            }
        }
    }

    void ready(ContainerReady ready) {
        Slot slot = slots.find(ready.containerId());
        if (slot != null && slot.state == Slot.State.STARTING) {
            slots.start(slot, ready.timings().imagePull(), now);
            Waiter cause = slot.cause;
            waiters.uncoverCauseOf(slot);
            offer(slot, ready.timings(), cause, true);
        }
    }

    /** What there is no room for, as after a change of settings, is removed, and never counted. */
    void adopted(ContainerAdopted adopted) {
        boolean fits = !draining && slots.fits(adopted.standIn());
        SlotQueue queue = fits ? adoptions.join(adopted) : null;
        if (queue == null) {
            decisions.removeUncounted(adopted, Reason.UNFIT);
        } else {
            slots.adopt(queue, adopted.containerId(), adopted.worker(), now);
        }
    }

    void launchFailed(LaunchFailed failed) {
        Slot slot = slots.find(failed.containerId());
        if (slot != null) {
            account.launchFailed(slot, now);
            Floors.failed(slot, now);
            slots.giveUp(slot);
            observer.launchFailed(slot.queue.key(), failed.error().code());
            tellCause(slot, failed.error(), failed.timings());
            settleAfterEnd(slot.queue, true);
        }
    }

    void paused(ContainerPaused paused) {
        Slot slot = slots.find(paused.containerId());
        if (slot != null) {
            slots.freeze(slot, paused.paused());
        }
    }

    void ending(ContainerEnding ending) {
        Slot slot = slots.find(ending.containerId());
        if (slot != null) {
            boolean unready = slot.state == Slot.State.STARTING;
            account.ended(slot, ending.fate(), now);
            Floors.failed(slot, now);
            slots.end(slot);
            observer.ended(slot.queue.key());
            settleAfterEnd(slot.queue, unready);
        }
    }

    void gone(String containerId) {
        Slot slot = slots.find(containerId);
        if (slot != null) {
            boolean unready = slot.state == Slot.State.STARTING;
            account.ended(slot, ContainerFate.UNKNOWN, now);
            Floors.failed(slot, now);
            slots.bury(slot);
            tellCause(slot, ENDED_UNREADY, ContainerTimings.NONE);
            settleAfterEnd(slot.queue, unready);
        }
    }

    /** Those who wait for a container that is being started hear from it; the others could wait for ever. */
    void engineAnswers(boolean answers) {
        engineAnswers = answers;
        if (!answers) {
            for (Waiter waiter : waiters.all()) {
                if (waiter.launch == null) {
                    refuse(waiter, ENGINE_GONE, Refused.ENGINE_GONE, ContainerTimings.NONE);
                    settle(waiter.queue);
                }
            }
        }
    }

    /** @param handOver what is or becomes idle is left to the next runner */
    void drain(boolean handOver) {
        draining = true;
        drained = handOver ? Reason.HANDED_OVER : Reason.DRAINING;
        drainToConfirm = true;
        for (Waiter waiter : waiters.all()) {
            refuse(waiter, BUSY, Refused.DRAINING, ContainerTimings.NONE);
            settle(waiter.queue);
        }
        floors.endAll(now);
        for (Slot slot : slots.all()) {
            if (slot.state == Slot.State.IDLE) {
                remove(slot, drained);
            } else if (slot.state == Slot.State.STARTING) {
                remove(slot, Reason.DRAINING);
            }
        }
    }

    /** For an operator: idle ones go now, others after the call that they run, or that waits for them to start. */
    void clear(Set<SlotKey> keys) {
        for (Slot slot : slots.all()) {
            if (keys.contains(slot.queue.key())) {
                if (slot.state == Slot.State.IDLE) {
                    account.cleared(slot, now);
                    remove(slot, Reason.CLEARED);
                    settle(slot.queue);
                } else if (slot.state == Slot.State.BUSY || slot.state == Slot.State.STARTING) {
                    slots.unwant(slot);
                }
            }
        }
    }

    /**
     * What is free of a slot goes to those who have waited longest; without waiters it is idle, or open for more calls.
     *
     * @param timings told to the first of them
     * @param cause whom it was launched for, if it has just started
     */
    private void offer(Slot slot, ContainerTimings timings, @Nullable Waiter cause, boolean started) {
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

    private void lease(Slot slot, Waiter.Id to, String callId, ContainerTimings timings, SlotFacts facts) {
        Seat seat = slots.lease(slot, to.replyTo(), now);
        decisions.grant(seat, to, callId, seat.claimDeadline - now, timings, facts);
    }

    private void remove(Slot slot, Reason reason) {
        decisions.remove(slot, reason);
        slots.giveUp(slot);
    }

    private void tellCause(Slot slot, RunnerException error, ContainerTimings timings) {
        if (slot.cause != null) {
            refuse(slot.cause, error, Refused.LAUNCH_FAILED, timings);
        }
    }

    private void refuse(Waiter waiter, RunnerException error, Refused why, ContainerTimings timings) {
        SlotFacts facts = account.refused(waiter, why, now);
        waiters.leave(waiter);
        decisions.refuse(waiter, error, timings, facts);
    }

    /** Must end every change to a queue's waiters or containers. */
    private void settle(SlotQueue queue) {
        waiters.balance(queue, now);
        for (Waiter waiter = waiters.waitingInVain(queue); waiter != null; waiter = waiters.waitingInVain(queue)) {
            refuse(waiter, BUSY, Refused.NOT_HERE, ContainerTimings.NONE);
        }
        Waiter tooMany = waiters.oneTooMany(queue);
        if (tooMany != null) {
            refuse(tooMany, BUSY, Refused.NOT_HERE, ContainerTimings.NONE);
        }
        floors.review(queue);
        queues.closeIfUnused(queue);
    }

    /** @param unready whether the container that has ended had not come up yet */
    private void settleAfterEnd(SlotQueue queue, boolean unready) {
        if (unready) {
            waiters.hurry(queue, now);
        }
        settle(queue);
    }

    /**
     * @param causeCallId the call that it is for; empty: none
     * @param waitedNanos how long that has waited
     */
    private Slot launch(SlotQueue queue, String causeCallId, long waitedNanos) {
        int others = queue.containers;
        ColdCause why = account.coldCause(queue, now);
        Slot slot = slots.launch(queue, now);
        slot.coldCause = why;
        decisions.launch(slot, causeCallId, others, waitedNanos);
        return slot;
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
            SlotRules.this.refuse(waiter, BUSY, Refused.NO_ROOM, ContainerTimings.NONE);
            settle(waiter.queue);
        }
    }
}
