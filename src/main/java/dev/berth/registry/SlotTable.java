package dev.berth.registry;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.Clear;
import dev.berth.bus.RegistryMessage.ContainerAdopted;
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
import dev.berth.config.RegistryConfig;
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
 *   <li>every waiter has a container on its way, or is starved, and then {@link Placement} knows it, or is put off,
 *       and then its queue has other containers and {@link Parked} knows when to look again, or it waits for existing
 *       containers only, and then its queue has one;
 *   <li>nobody is put off while somebody lacks room;
 *   <li>an idle slot may be evicted, or others have just gone for it and {@link Holds} knows until when that counts;
 *   <li>what is used of the room is the sum of the reservations of all slots;
 *   <li>what {@link Guesses} counts is in bounds, nothing is evicted in a turn that launches one, nor does anybody lack
 *       room then;
 *   <li>a queue with neither container nor waiter is kept only for its floor or {@link Window}.
 * </ul>
 */
final class SlotTable {
    private final Room room;
    final Queues queues = new Queues();
    final Starts starts;
    private final SlotRules rules;

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
        this(config, capacity, incarnation, workers, ids, observer, null);
    }

    /** @param worth of idle containers; null: as calls have shown */
    SlotTable(
            RegistryConfig config,
            NodeCapacity capacity,
            String incarnation,
            int workers,
            Supplier<String> ids,
            SlotObserver observer,
            @Nullable Worth worth) {
        this.room = new Room(capacity.memoryBytes(), capacity.cpuMillis());
        this.starts = new Starts(room.totalCpuMillis());
        Keeping keeping = new Keeping(config.keeping(), worth == null ? new LearnedWorth(starts, room) : worth);
        this.rules = new SlotRules(config, room, queues, starts, keeping, incarnation, workers, ids, observer);
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
        rules.begin(nowNanos);
        if (message instanceof AcquireSlot acquire) {
            rules.acquire(acquire);
        } else if (message instanceof ContainerReleased released) {
            rules.released(released.containerId(), released.lease(), false);
        } else if (message instanceof ReturnLease returned) {
            rules.released(returned.containerId(), returned.lease(), true);
        } else if (message instanceof CancelAcquire cancel) {
            rules.cancel(cancel);
        } else if (message instanceof ContainerReady ready) {
            rules.ready(ready);
        } else if (message instanceof LaunchFailed failed) {
            rules.launchFailed(failed);
        } else if (message instanceof ContainerPaused paused) {
            rules.paused(paused);
        } else if (message instanceof ContainerEnding ending) {
            rules.ending(ending);
        } else if (message instanceof ContainerGone gone) {
            rules.gone(gone.containerId());
        } else if (message instanceof EngineAnswers engine) {
            rules.engineAnswers(engine.answers());
        } else if (message instanceof LeaseClaimed claimed) {
            rules.claimed(claimed);
        } else if (message instanceof NodeLost lost) {
            rules.nodeLost(lost.incarnation());
        } else if (message instanceof ContainerAdopted adopted) {
            rules.adopted(adopted);
        } else if (message instanceof Drain drain) {
            rules.drain(drain.handOver());
        } else if (message instanceof Clear clear) {
            rules.clear(clear.keys());
        }
        return end();
    }

    /** One turn in which only time has passed. Due at {@link #nextDeadlineNanos()}. */
    List<Command> tick(long nowNanos) {
        rules.begin(nowNanos);
        rules.timePassed();
        return end();
    }

    /** When to call {@link #tick}; it may turn out to have nothing to do. */
    OptionalLong nextDeadlineNanos() {
        return rules.nextDeadline();
    }

    /** Whether no slot is leased. */
    boolean isIdle() {
        return rules.isIdle();
    }

    /** Whether there is no slot but those that are leased. */
    boolean isBusy() {
        return rules.isBusy();
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
                rules.isDraining(),
                room.totalBytes(),
                room.usedBytes(),
                room.totalCpuMillis(),
                room.usedCpuMillis(),
                summaries);
    }

    /** What the turn that began last has decided, also if it has failed since. */
    List<Command> decided() {
        return rules.decided();
    }

    private List<Command> end() {
        rules.end();
        return rules.decided();
    }
}
