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
import dev.berth.why.ContainerFate;
import dev.berth.why.SlotFacts.Refused;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What each message to the registry of a node changes and decides, by the rules of the slots. The parts keep the
 * accounts, {@link SlotSteps} brings them together, and {@link SlotTable} makes turns of it.
 */
final class SlotRules {
    private static final RunnerException ENGINE_GONE = ErrorCode.ENGINE_GONE.exception();
    private static final RunnerException ENDED_UNREADY = ErrorCode.INIT_FAILED.exception();

    private final SlotSteps steps;
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
    private final Foresight foresight;

    private long now;
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
        this.claims = new Claims(incarnation);
        this.steps = new SlotSteps(config, room, queues, starts, keeping, claims, workers, ids, observer);
        this.placement = steps.placement;
        this.slots = steps.slots;
        this.waiters = steps.waiters;
        this.decisions = steps.decisions;
        this.account = steps.account;
        this.floors = steps.floors;
        this.foresight = steps.foresight;
        this.admission = new Admission(config.maxWaiters(), room, placement, waiters);
    }

    void begin(long nowNanos) {
        now = nowNanos;
        steps.begin(nowNanos);
    }

    /** What the turn that began last has decided, also if it has failed since. */
    List<Command> decided() {
        return decisions.all();
    }

    void end() {
        raiseFloor();
        startAhead();
        placement.place(now);
        if (drainToConfirm && slots.isEmpty()) {
            drainToConfirm = false;
            decisions.drained();
        }
    }

    /** Only in room that nobody waits for. Before it is placed, for then more may wait. */
    private void raiseFloor() {
        SlotQueue queue = mayLaunchForNobody() ? floors.next(now) : null;
        if (queue != null) {
            Slot slot = steps.launch(queue, "", 0);
            floors.raise(slot);
            steps.settle(queue);
        }
    }

    private void startAhead() {
        if (mayLaunchForNobody()) {
            for (SlotQueue queue = foresight.next(); queue != null; queue = foresight.next()) {
                steps.launchAhead(queue);
            }
        }
    }

    private boolean mayLaunchForNobody() {
        return !steps.isDraining() && engineAnswers && !placement.isStarved();
    }

    /** Whatever was due by now. */
    void timePassed() {
        floors.timePassed(now);
        foresight.timePassed(now);
        for (Slot slot = slots.nextOverdue(now); slot != null; slot = slots.nextOverdue(now)) {
            account.expired(slot, now);
            steps.remove(slot, Reason.IDLE_TIMEOUT);
        }
        placement.endHolds(now);
        for (Seat seat = claims.nextOverdue(now); seat != null; seat = claims.nextOverdue(now)) {
            decisions.revoke(seat);
        }
        for (Waiter waiter = waiters.firstOverdue(now); waiter != null; waiter = waiters.firstOverdue(now)) {
            steps.refuse(waiter, Refused.DEADLINE);
            steps.settle(waiter.queue);
        }
        for (SlotQueue queue = waiters.firstDue(now); queue != null; queue = waiters.firstDue(now)) {
            steps.settle(queue);
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
                floors.nextLook(mayLaunchForNobody(), now),
                foresight.nextLook(mayLaunchForNobody(), now));
    }

    boolean isDraining() {
        return steps.isDraining();
    }

    /** Whether no slot is leased. */
    boolean isIdle() {
        return slots.areIdle();
    }

    /** Whether there is no slot but those that are leased. */
    boolean isBusy() {
        return slots.areBusy();
    }

    void acquire(AcquireSlot request) {
        SlotQueue own = queues.find(request.spec().key());
        SlotQueue queue =
                own != null ? own : adoptions.claim(request.spec(), unfit -> steps.remove(unfit, Reason.UNFIT));
        Slot slot = queue == null || steps.isDraining() ? null : queue.free();
        if (queue != null) {
            queue.noteToken(request.spec().registryToken());
            if (!steps.isDraining()) {
                floors.called(queue, request.spec(), now);
            }
        }
        if (slot != null) {
            steps.lease(
                    slot,
                    new Waiter.Id(request.replyTo(), request.ticket()),
                    request.callId(),
                    ContainerTimings.NONE,
                    account.idle(slot));
            foresight.called(slot.queue, now);
        } else {
            Refusal refusal = admission.refusal(request, queue, steps.isDraining(), engineAnswers);
            if (refusal == null) {
                SlotQueue joined = queue == null ? open(request) : queue;
                waiters.add(request, joined, now);
                steps.settle(joined);
                foresight.called(joined, now);
            } else {
                decisions.refuse(request, queue, refusal.error(), refusal.facts());
                if (queue != null) {
                    queues.closeIfUnused(queue);
                }
            }
        }
    }

    private SlotQueue open(AcquireSlot request) {
        SlotQueue queue = queues.open(request.spec());
        floors.opened(queue, now);
        foresight.opened(queue);
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
            steps.settle(waiter.queue);
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
            steps.offer(slot, ContainerTimings.NONE, null, false);
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
                steps.refuse(waiter, Refused.ASKER_LOST);
                steps.settle(waiter.queue);
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
            steps.offer(slot, ready.timings(), cause, true);
        }
    }

    /** What there is no room for, as after a change of settings, is removed, and never counted. */
    void adopted(ContainerAdopted adopted) {
        boolean fits = !steps.isDraining() && slots.fits(adopted.standIn());
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
            steps.tellCause(slot, failed.error(), failed.timings());
            steps.settleAfterEnd(slot.queue, true);
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
            steps.settleAfterEnd(slot.queue, unready);
        }
    }

    void gone(String containerId) {
        Slot slot = slots.find(containerId);
        if (slot != null) {
            boolean unready = slot.state == Slot.State.STARTING;
            account.ended(slot, ContainerFate.UNKNOWN, now);
            Floors.failed(slot, now);
            slots.bury(slot);
            steps.tellCause(slot, ENDED_UNREADY, ContainerTimings.NONE);
            steps.settleAfterEnd(slot.queue, unready);
        }
    }

    /** Those who wait for a container that is being started hear from it; the others could wait for ever. */
    void engineAnswers(boolean answers) {
        engineAnswers = answers;
        if (!answers) {
            for (Waiter waiter : waiters.all()) {
                if (waiter.launch == null) {
                    steps.refuse(waiter, ENGINE_GONE, Refused.ENGINE_GONE, ContainerTimings.NONE);
                    steps.settle(waiter.queue);
                }
            }
        }
    }

    /** @param handOver what is or becomes idle is left to the next runner */
    void drain(boolean handOver) {
        Reason drained = handOver ? Reason.HANDED_OVER : Reason.DRAINING;
        steps.drain(drained);
        drainToConfirm = true;
        for (Waiter waiter : waiters.all()) {
            steps.refuse(waiter, Refused.DRAINING);
            steps.settle(waiter.queue);
        }
        floors.endAll(now);
        foresight.endAll();
        for (Slot slot : slots.all()) {
            if (slot.state == Slot.State.IDLE) {
                steps.remove(slot, drained);
            } else if (slot.state == Slot.State.STARTING) {
                steps.remove(slot, Reason.DRAINING);
            }
        }
    }

    /** For an operator: idle ones go now, others after the call that they run, or that waits for them to start. */
    void clear(Set<SlotKey> keys) {
        for (Slot slot : slots.all()) {
            if (keys.contains(slot.queue.key())) {
                if (slot.state == Slot.State.IDLE) {
                    account.cleared(slot, now);
                    steps.remove(slot, Reason.CLEARED);
                    steps.settle(slot.queue);
                } else if (slot.state == Slot.State.BUSY || slot.state == Slot.State.STARTING) {
                    slots.unwant(slot);
                }
            }
        }
    }
}
