package dev.berth.registry;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ContainerAdopted;
import dev.berth.bus.Shown;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.error.RunnerException;
import dev.berth.why.SlotFacts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a turn of {@link SlotTable} has decided, in order, worded for those it concerns. Changes no slot and no waiter. */
final class Decisions {
    private final SlotObserver observer;
    private List<Command> commands = new ArrayList<>();

    Decisions(SlotObserver observer) {
        this.observer = observer;
    }

    /** A turn begins, and nothing is decided yet. */
    void begin() {
        commands = new ArrayList<>(2);
    }

    List<Command> all() {
        return commands;
    }

    /** The seat has its new lease already. A frozen container is woken while its call is on its way. */
    void grant(Seat seat, Waiter.Id to, String callId, long claimWithin, ContainerTimings timings, SlotFacts facts) {
        Slot slot = seat.slot;
        if (slot.frozen && slot.taken == 1) {
            commands.add(new Command.Wake(slot.worker, slot.id, seat.lease));
        }
        commands.add(new Command.Grant(
                to.replyTo(), to.ticket(), callId, slot.worker, slot.id, seat.lease, claimWithin, timings, facts));
    }

    /** Refused without having waited. */
    void refuse(AcquireSlot request, @Nullable SlotQueue queue, RunnerException error, SlotFacts facts) {
        observer.refused(facts.refused());
        Entry counts = request.isTry() ? counts(queue, request.spec().key()) : null;
        commands.add(new Command.Refuse(
                request.replyTo(), request.ticket(), request.callId(), error, ContainerTimings.NONE, facts, counts));
    }

    /** After the waiter has left: its queue is counted without it. */
    void refuse(Waiter waiter, RunnerException error, ContainerTimings timings, SlotFacts facts) {
        observer.refused(facts.refused());
        Entry counts = waiter.isTry ? counts(waiter.queue, waiter.queue.key()) : null;
        commands.add(new Command.Refuse(
                waiter.id.replyTo(), waiter.id.ticket(), waiter.callId, error, timings, facts, counts));
    }

    private static Entry counts(@Nullable SlotQueue queue, SlotKey key) {
        return queue == null ? Entry.gone(key.hash64()) : Entry.of(queue.snapshot());
    }

    void explain(CancelAcquire to, SlotFacts facts) {
        commands.add(new Command.Explain(to.replyTo(), to.ticket(), facts));
    }

    /**
     * @param others containers of the same queue that are there already
     * @param waitedNanos how long the call has waited; 0: there is none
     */
    void launch(Slot slot, String causeCallId, int others, long waitedNanos) {
        observer.launched(slot.queue.key(), others, waitedNanos);
        commands.add(new Command.Launch(slot.worker, slot.id, slot.queue.launchSpec(), causeCallId));
    }

    /** For a call that has not come yet. */
    void launchAhead(Slot slot) {
        commands.add(new Command.Launch(slot.worker, slot.id, slot.queue.launchSpec(), ""));
    }

    /** Only the worker knows whether the call of the lease has come, and only it can see to it that it comes too late. */
    void revoke(Seat seat) {
        commands.add(new Command.Revoke(seat.slot.worker, seat.slot.id, seat.lease));
    }

    void remove(Slot slot, Reason reason) {
        observer.removed(slot.queue.key(), reason, slot.frozen);
        Shown shown = reason == Reason.HANDED_OVER ? slot.queue.demand.shown() : Shown.NONE;
        commands.add(new Command.Remove(slot.worker, slot.id, reason, shown));
    }

    /** No slot was made of it. */
    void removeUncounted(ContainerAdopted adopted, Reason reason) {
        commands.add(new Command.Remove(adopted.worker(), adopted.containerId(), reason));
    }

    void drained() {
        commands.add(new Command.Drained());
    }
}
