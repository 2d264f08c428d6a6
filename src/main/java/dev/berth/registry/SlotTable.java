package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.Drain;
import dev.berth.bus.RegistryMessage.EngineAnswers;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.bus.RegistryMessage.LeaseClaimed;
import dev.berth.bus.RegistryMessage.NodeLost;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots, waiters and capacity of one node. Told what happened, it changes its own fields and returns
 * what must be done; the outcomes come back as further messages. No clock, no thread, no bus of its own:
 * every call is one turn, and turns must not overlap.
 *
 * <p>Invariants between turns:
 * <ul>
 *   <li>a slot is idle, leased once, or ending, never two of these, and an ending one never comes back;
 *   <li>a queue with an idle slot has no waiter;
 *   <li>every waiter has a container on its way, or is starved, and then {@link Placement} knows it;
 *   <li>what is used of the room is the sum of the reservations of all slots;
 *   <li>a queue with neither container nor waiter is not kept.
 * </ul>
 */
final class SlotTable {
    private static final RunnerException BUSY = ErrorCode.SERVER_BUSY.exception();
    private static final RunnerException ENGINE_GONE = ErrorCode.ENGINE_GONE.exception();
    private static final RunnerException TOO_BIG = ErrorCode.RESOURCE_TOO_BIG.exception();
    private static final RunnerException ENDED_UNREADY = ErrorCode.INIT_FAILED.exception();

    private final int maxWaiters;
    private final Room room;
    private final Placement placement;
    private final Claims claims;
    private final Slots slots;
    private final Waiters waiters;
    private final Queues queues = new Queues();
    private final SlotObserver observer;
    private final Account account;

    private List<Command> commands = new ArrayList<>();
    private long now;
    private boolean draining;
    private boolean drainToConfirm;
    private boolean engineAnswers = true;

    /**
     * @param incarnation of this node
     * @param workers how many workers there are
     * @param ids makes a new name for each container
     */
    SlotTable(
            RegistryConfig config,
            NodeCapacity capacity,
            String incarnation,
            int workers,
            Supplier<String> ids,
            SlotObserver observer) {
        this.observer = observer;
        this.maxWaiters = config.maxWaiters();
        this.room = new Room(capacity.memoryBytes(), capacity.cpuMillis());
        this.placement = new Placement(config.nonBlocking(), room, new PlacementActions());
        this.claims = new Claims(incarnation);
        this.slots = new Slots(room, new Workers(workers), ids, placement, claims);
        this.waiters = new Waiters(placement);
        this.account = new Account(room, queues);
    }

    /** As the other, with nobody to hear of it. */
    SlotTable(RegistryConfig config, NodeCapacity capacity, String incarnation, int workers, Supplier<String> ids) {
        this(config, capacity, incarnation, workers, ids, SlotObserver.NONE);
    }

    /**
     * One turn. {@link RegistryMessage.Snapshot} changes nothing: see {@link #snapshot()}.
     *
     * @param nowNanos of a clock that never runs backwards, from any origin
     * @return what to do, in this order
     */
    List<Command> apply(RegistryMessage message, long nowNanos) {
        begin(nowNanos);
        if (message instanceof AcquireSlot acquire) {
            acquire(acquire);
        } else if (message instanceof ContainerReleased released) {
            released(released.containerId(), released.lease(), false);
        } else if (message instanceof ReturnLease returned) {
            released(returned.containerId(), returned.lease(), true);
        } else if (message instanceof CancelAcquire cancel) {
            cancel(cancel);
        } else if (message instanceof ContainerReady ready) {
            ready(ready);
        } else if (message instanceof LaunchFailed failed) {
            launchFailed(failed);
        } else if (message instanceof ContainerPaused paused) {
            paused(paused);
        } else if (message instanceof ContainerEnding ending) {
            ending(ending);
        } else if (message instanceof ContainerGone gone) {
            gone(gone.containerId());
        } else if (message instanceof EngineAnswers engine) {
            engineAnswers(engine.answers());
        } else if (message instanceof LeaseClaimed claimed) {
            claimed(claimed);
        } else if (message instanceof NodeLost lost) {
            nodeLost(lost.incarnation());
        } else if (message instanceof Drain) {
            drain();
        }
        return end();
    }

    /** One turn in which only time has passed. Due at {@link #nextDeadlineNanos()}. */
    List<Command> tick(long nowNanos) {
        begin(nowNanos);
        for (Slot slot = slots.nextOverdue(now); slot != null; slot = slots.nextOverdue(now)) {
            account.expired(slot, now);
            remove(slot, Reason.IDLE_TIMEOUT);
        }
        for (Slot slot = claims.nextOverdue(now); slot != null; slot = claims.nextOverdue(now)) {
            revoke(slot);
        }
        for (Waiter waiter = waiters.firstOverdue(now); waiter != null; waiter = waiters.firstOverdue(now)) {
            refuse(waiter, BUSY, Refused.DEADLINE, ContainerTimings.NONE);
            settle(waiter.queue);
        }
        return end();
    }

    /** When to call {@link #tick}; it may turn out to have nothing to do. */
    OptionalLong nextDeadlineNanos() {
        return earlier(earlier(slots.nextAlarm(), claims.nextDeadline()), waiters.nextDeadline());
    }

    private static OptionalLong earlier(OptionalLong one, OptionalLong other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        return one.getAsLong() - other.getAsLong() <= 0 ? one : other;
    }

    /** Whether no slot is leased. */
    boolean isIdle() {
        return slots.areIdle();
    }

    NodeSnapshot snapshot() {
        return snapshot(queues.summaries());
    }

    /** What has changed since this was asked last; all of it the first time. */
    NodeSnapshot changes() {
        return snapshot(queues.changed());
    }

    private NodeSnapshot snapshot(List<NodeSnapshot.Queue> summaries) {
        return new NodeSnapshot(
                draining, room.totalBytes(), room.usedBytes(), room.totalCpuMillis(), room.usedCpuMillis(), summaries);
    }

    private void begin(long nowNanos) {
        now = nowNanos;
        commands = new ArrayList<>(2);
    }

    /** What the turn that began last has decided, also if it has failed since. */
    List<Command> decided() {
        return commands;
    }

    private List<Command> end() {
        placement.place();
        if (drainToConfirm && slots.isEmpty()) {
            drainToConfirm = false;
            commands.add(new Command.Drained());
        }
        return commands;
    }

    private void acquire(AcquireSlot request) {
        SlotQueue queue = queues.find(request.spec().key());
        Slot slot = queue == null ? null : queue.idle.last();
        if (queue != null) {
            queue.noteToken(request.spec().registryToken());
        }
        if (slot != null) {
            lease(
                    slot,
                    request.replyTo(),
                    request.ticket(),
                    request.callId(),
                    ContainerTimings.NONE,
                    account.idle(slot));
        } else if (draining) {
            refuse(request, queue, BUSY, Refused.DRAINING);
        } else if (!engineAnswers) {
            refuse(request, queue, ENGINE_GONE, Refused.ENGINE_GONE);
        } else if (queue == null && !room.couldEverHold(request.spec())) {
            refuse(request, null, TOO_BIG, Refused.TOO_BIG);
        } else if (waiters.size() >= maxWaiters) {
            refuse(request, queue, BUSY, Refused.WAITERS_FULL);
        } else if (!mayWait(request, queue)) {
            refuse(request, queue, BUSY, request.isTry() ? Refused.NOT_HERE : Refused.DEADLINE);
        } else {
            await(request, queue == null ? queues.open(request.spec()) : queue);
        }
    }

    private boolean mayWait(AcquireSlot request, @Nullable SlotQueue queue) {
        if (request.patience().isZero()) {
            return false;
        }
        return switch (request.mode()) {
            case ANY -> true;
            case EXISTING -> queue != null && queue.containers > queue.ending;
            case LAUNCH ->
                !placement.isStarved()
                        && (queue == null
                                ? room.couldEverHold(request.spec()) && room.hasNow(Reservation.of(request.spec()))
                                : room.hasNow(queue.reservation));
        };
    }

    private void await(AcquireSlot request, SlotQueue queue) {
        waiters.add(request, queue, now);
        settle(queue);
    }

    private void cancel(CancelAcquire cancel) {
        Waiter waiter = waiters.find(new Waiter.Id(cancel.replyTo(), cancel.ticket()));
        if (waiter != null) {
            if (cancel.explain()) {
                commands.add(new Command.Explain(
                        cancel.replyTo(), cancel.ticket(), account.refused(waiter, Refused.DEADLINE, now)));
            }
            waiters.leave(waiter);
            settle(waiter.queue);
        }
    }

    private void released(String containerId, long lease, boolean unused) {
        Slot slot = slots.find(containerId);
        if (slot != null && slot.state == Slot.State.BUSY && slot.lease == lease) {
            // A container that has run a call is awake; one that nobody touched may still be frozen.
            slot.frozen &= unused;
            if (!unused) {
                slots.served(slot, now);
            }
            offer(slot, ContainerTimings.NONE, null, false);
        }
    }

    private void claimed(LeaseClaimed claimed) {
        Slot slot = slots.find(claimed.containerId());
        if (slot != null && slot.lease == claimed.lease()) {
            claims.settle(slot);
        }
    }

    /**
     * Its running calls are ended by their workers, who lose the same node. Its waiters are refused: should it be
     * there after all, it looks elsewhere.
     */
    private void nodeLost(String incarnation) {
        for (Waiter waiter : waiters.all()) {
            if (incarnation.equals(Addresses.incarnation(waiter.id.replyTo()))) {
                refuse(waiter, BUSY, Refused.ASKER_LOST, ContainerTimings.NONE);
                settle(waiter.queue);
            }
        }
        for (Slot slot : slots.all()) {
            if (slot.state == Slot.State.BUSY && incarnation.equals(Addresses.incarnation(slot.holder))) {
                claims.settle(slot);
                revoke(slot);
            }
        }
    }

    /** Only its worker knows whether the call has come, and only it can see to it that it comes too late. */
    private void revoke(Slot slot) {
        commands.add(new Command.Revoke(slot.worker, slot.id, slot.lease));
    }

    private void ready(ContainerReady ready) {
        Slot slot = slots.find(ready.containerId());
        if (slot != null && slot.state == Slot.State.STARTING) {
            slots.start(slot, now);
            Waiter cause = slot.cause;
            waiters.uncoverCauseOf(slot);
            offer(slot, ready.timings(), cause, true);
        }
    }

    private void launchFailed(LaunchFailed failed) {
        Slot slot = slots.find(failed.containerId());
        if (slot != null) {
            account.launchFailed(slot, now);
            slots.giveUp(slot);
            observer.launchFailed(slot.queue.key(), failed.error().code());
            tellCause(slot, failed.error(), failed.timings());
            settle(slot.queue);
        }
    }

    private void paused(ContainerPaused paused) {
        Slot slot = slots.find(paused.containerId());
        if (slot != null) {
            slots.freeze(slot, paused.paused());
        }
    }

    private void ending(ContainerEnding ending) {
        Slot slot = slots.find(ending.containerId());
        if (slot != null) {
            account.ended(slot, ending.fate(), now);
            slots.giveUp(slot);
            observer.ended(slot.queue.key());
            settle(slot.queue);
        }
    }

    private void gone(String containerId) {
        Slot slot = slots.find(containerId);
        if (slot != null) {
            account.ended(slot, ContainerFate.UNKNOWN, now);
            slots.bury(slot);
            tellCause(slot, ENDED_UNREADY, ContainerTimings.NONE);
            settle(slot.queue);
        }
    }

    /** Those who wait for a container that is being started hear from it; the others could wait for ever. */
    private void engineAnswers(boolean answers) {
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

    private void drain() {
        draining = true;
        drainToConfirm = true;
        for (Waiter waiter : waiters.all()) {
            refuse(waiter, BUSY, Refused.DRAINING, ContainerTimings.NONE);
            settle(waiter.queue);
        }
        for (Slot slot : slots.all()) {
            if (slot.state == Slot.State.IDLE || slot.state == Slot.State.STARTING) {
                remove(slot, Reason.DRAINING);
            }
        }
    }

    /**
     * A free slot goes to whoever has waited longest; without waiters it becomes idle.
     *
     * @param cause whom it was launched for, if it has just started
     */
    private void offer(Slot slot, ContainerTimings timings, @Nullable Waiter cause, boolean started) {
        Waiter waiter = slot.queue.waiting.first();
        if (draining) {
            remove(slot, Reason.DRAINING);
        } else if (waiter != null) {
            SlotFacts facts =
                    started ? account.started(slot, waiter, waiter == cause, now) : account.freed(waiter, now);
            waiters.leave(waiter);
            lease(slot, waiter.id.replyTo(), waiter.id.ticket(), waiter.callId, timings, facts);
            settle(slot.queue);
        } else {
            slots.idle(slot, now);
        }
    }

    private void lease(
            Slot slot, String replyTo, long ticket, String callId, ContainerTimings timings, SlotFacts facts) {
        long claimWithin = slots.lease(slot, replyTo, now);
        commands.add(new Command.Grant(
                replyTo, ticket, callId, slot.worker, slot.id, slot.lease, claimWithin, timings, facts));
    }

    private void remove(Slot slot, Reason reason) {
        observer.removed(slot.queue.key(), reason, slot.frozen);
        slots.giveUp(slot);
        commands.add(new Command.Remove(slot.worker, slot.id, reason));
    }

    private void tellCause(Slot slot, RunnerException error, ContainerTimings timings) {
        if (slot.cause != null) {
            refuse(slot.cause, error, Refused.LAUNCH_FAILED, timings);
        }
    }

    private void refuse(AcquireSlot request, @Nullable SlotQueue queue, RunnerException error, Refused why) {
        observer.refused(why);
        Entry counts = request.isTry() ? counts(queue, request.spec().key()) : null;
        commands.add(new Command.Refuse(
                request.replyTo(),
                request.ticket(),
                request.callId(),
                error,
                ContainerTimings.NONE,
                SlotFacts.refused(why),
                counts));
    }

    private static Entry counts(@Nullable SlotQueue queue, SlotKey key) {
        return queue == null ? Entry.gone(key.hash64()) : Entry.of(queue.snapshot());
    }

    private void refuse(Waiter waiter, RunnerException error, Refused why, ContainerTimings timings) {
        observer.refused(why);
        SlotFacts facts = account.refused(waiter, why, now);
        waiters.leave(waiter);
        Entry counts = waiter.isTry ? counts(waiter.queue, waiter.queue.key()) : null;
        commands.add(new Command.Refuse(
                waiter.id.replyTo(), waiter.id.ticket(), waiter.callId, error, timings, facts, counts));
    }

    /** Must end every change to a queue's waiters or containers. */
    private void settle(SlotQueue queue) {
        waiters.balance(queue);
        queues.closeIfUnused(queue);
    }

    private void launch(Waiter waiter) {
        SlotQueue queue = waiter.queue;
        observer.launched(queue.key(), queue.containers);
        ColdCause why = account.coldCause(queue, now);
        Slot slot = slots.launch(queue, now);
        slot.coldCause = why;
        waiters.cover(waiter, slot);
        commands.add(new Command.Launch(slot.worker, slot.id, queue.launchSpec(), waiter.callId));
    }

    private final class PlacementActions implements Placement.Actions {
        @Override
        public void launchFor(Waiter waiter) {
            launch(waiter);
        }

        @Override
        public void evict(Slot slot, Waiter forWhom) {
            account.evicted(slot, forWhom, now);
            remove(slot, Reason.EVICTED);
        }

        @Override
        public void refuse(Waiter waiter) {
            SlotTable.this.refuse(waiter, BUSY, Refused.NO_ROOM, ContainerTimings.NONE);
            settle(waiter.queue);
        }
    }
}
