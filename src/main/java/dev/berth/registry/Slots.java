package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every container of this node, by name, and the accounts that follow from what each is doing: the room it takes,
 * its worker's load, its queue's counters, the idle clock and who may be evicted. A slot changes its state here and
 * nowhere else:
 *
 * <pre>
 *   launch → STARTING → start → idle ⇄ lease      IDLE ⇄ BUSY
 *               └──────────── giveUp ─────────────┴─────┴──→ ENDING → bury
 * </pre>
 */
final class Slots {
    private final Map<String, Slot> byId = new HashMap<>();
    private final Room room;
    private final Workers workers;
    private final Supplier<String> ids;
    private final Placement placement;
    private final IdleClock idleClock;
    private final Claims claims;
    private final Starts starts;
    private final Guesses guesses;
    private long launches;
    private long leases;

    Slots(
            Room room,
            Workers workers,
            Supplier<String> ids,
            Keeping keeping,
            Placement placement,
            Claims claims,
            Starts starts,
            Guesses guesses) {
        this.room = room;
        this.workers = workers;
        this.ids = ids;
        this.idleClock = new IdleClock(keeping);
        this.placement = placement;
        this.claims = claims;
        this.starts = starts;
        this.guesses = guesses;
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    /** Whether no slot is leased. */
    boolean areIdle() {
        return byId.values().stream().noneMatch(slot -> slot.state == Slot.State.BUSY);
    }

    /** Whether there is none but those that are leased. */
    boolean areBusy() {
        return byId.values().stream().allMatch(slot -> slot.state == Slot.State.BUSY);
    }

    @Nullable
    Slot find(String containerId) {
        return byId.get(containerId);
    }

    /** In no particular order; a copy. */
    List<Slot> all() {
        return List.copyOf(byId.values());
    }

    Slot launch(SlotQueue queue, long now) {
        Slot slot = new Slot(ids.get(), queue, workers.take(), ++launches);
        byId.put(slot.id, slot);
        room.take(queue.reservation);
        queue.containers++;
        queue.starting++;
        queue.changed();
        queue.launched = now;
        slot.since = now;
        slot.slowdown = starts.begun();
        return slot;
    }

    /** Whether there is room for such a container now. */
    boolean fits(ContainerSpec spec) {
        return room.couldEverHold(spec) && room.hasNow(Reservation.of(spec));
    }

    /** A container that another runner has started is here, idle and frozen. */
    void adopt(SlotQueue queue, String id, int worker, long now) {
        Slot slot = new Slot(id, queue, workers.take(worker), ++launches);
        byId.put(slot.id, slot);
        room.take(queue.reservation);
        queue.containers++;
        slot.since = now;
        slot.served = true;
        slot.frozen = true;
        idle(slot, now);
    }

    /**
     * What was starting now leads to {@link #idle} or {@link #lease} in the same turn.
     *
     * @param pull how much of the start was the pull of its image, in nanoseconds
     */
    void start(Slot slot, long pull, long now) {
        guesses.noLongerStarts(slot);
        noteBusy(slot.queue, now);
        slot.queue.starting--;
        starts.succeeded(slot.queue.demand, Math.max(0, now - slot.since - pull), slot.slowdown);
        starts.over();
        slot.queue.changed();
        if (slot.displacing) {
            placement.hold(slot, starts.expectedNanos(slot.queue.demand), now);
        }
    }

    /** What was leased has run a call. */
    void served(Seat seat, long now) {
        Slot slot = seat.slot;
        slot.queue.arrivals().survived();
        Floors.works(slot.queue);
        Demand demand = slot.queue.demand;
        if (slot.served) {
            demand.served(now - seat.since);
        } else {
            slot.served = true;
            demand.servedFirst(now - seat.since, starts.expectedNanos(demand));
        }
        slot.queue.changed();
    }

    /** The lease is over. What follows is {@link #lease}, {@link #rest} or the container's end, in the same turn. */
    void vacate(Seat seat) {
        claims.settle(seat);
        seat.taken = false;
        seat.slot.taken--;
        seat.slot.queue.leased--;
    }

    /** What was starting, or is free of a lease, has no further call for now. */
    void rest(Slot slot, long now) {
        if (slot.taken == 0) {
            idle(slot, now);
        } else {
            slot.queue.placeOpen(slot);
            slot.queue.changed();
            slot.queue.callsChanged(now);
        }
    }

    private void idle(Slot slot, long now) {
        slot.state = Slot.State.IDLE;
        slot.queue.placeOpen(slot);
        slot.queue.changed();
        slot.queue.idle.addLast(slot.inIdle);
        slot.queue.frozen += slot.frozen ? 1 : 0;
        slot.queue.callsChanged(now);
        placement.becameIdle(slot);
        idleClock.idleSince(slot, now);
    }

    /** A seat of what was starting, idle or leased to others has a new lease, which its holder has to claim. */
    Seat lease(Slot slot, String holder, long now) {
        if (slot.guessed) {
            // Its alarm may be later than the end of its next idle time.
            idleClock.forget(slot);
            guesses.used(slot);
        }
        if (slot.state == Slot.State.IDLE) {
            noteBusy(slot.queue, now);
            leaveIdle(slot);
        }
        slot.state = Slot.State.BUSY;
        Seat seat = slot.freeSeat();
        seat.taken = true;
        seat.since = now;
        seat.lease = ++leases;
        slot.taken++;
        slot.queue.leased++;
        slot.queue.placeOpen(slot);
        slot.queue.callsChanged(now);
        slot.queue.granted = now;
        slot.queue.changed();
        claims.open(seat, holder, now);
        return seat;
    }

    /** It takes no further call; not while it starts, but for its first. */
    void unwant(Slot slot) {
        slot.unwanted = true;
        slot.queue.placeOpen(slot);
    }

    /** Before a container of the queue begins to run a call. */
    private static void noteBusy(SlotQueue queue, long now) {
        if (queue.busy() == 0) {
            queue.busySince = now;
        }
    }

    void freeze(Slot slot, boolean frozen) {
        if (slot.state == Slot.State.IDLE && slot.frozen != frozen) {
            slot.queue.frozen += frozen ? 1 : -1;
            slot.queue.changed();
            placement.freeze(slot, frozen);
        } else {
            slot.frozen = frozen;
        }
    }

    /** By itself. From any state to ending. */
    void end(Slot slot) {
        if (slot.state == Slot.State.IDLE || slot.state == Slot.State.BUSY) {
            slot.queue.arrivals().crashed();
        }
        giveUp(slot);
    }

    /** From any state to ending, which is where it stays. */
    void giveUp(Slot slot) {
        switch (slot.state) {
            case STARTING -> {
                guesses.noLongerStarts(slot);
                slot.queue.starting--;
                starts.over();
            }
            case IDLE -> leaveIdle(slot);
            case BUSY -> {}
            case ENDING -> {
                return;
            }
        }
        for (Seat seat : slot.seats) {
            if (seat.taken) {
                vacate(seat);
            }
        }
        placement.unhold(slot);
        guesses.wasted(slot);
        slot.state = Slot.State.ENDING;
        slot.queue.placeOpen(slot);
        slot.queue.ending++;
        slot.queue.changed();
        room.expect(slot.queue.reservation);
    }

    /** Nothing of the container is left, whether or not that was expected. */
    void bury(Slot slot) {
        end(slot);
        byId.remove(slot.id);
        idleClock.forget(slot);
        workers.release(slot.worker);
        guesses.gone(slot);
        room.free(slot.queue.reservation);
        slot.queue.ending--;
        slot.queue.containers--;
    }

    @Nullable
    Slot nextOverdue(long now) {
        return idleClock.nextOverdue(now);
    }

    /** Fewer of the queue's containers are kept than before though nobody calls. */
    void floorFell(SlotQueue queue, long now) {
        idleClock.floorFell(queue, now);
    }

    OptionalLong nextAlarm() {
        return idleClock.nextAlarm();
    }

    private void leaveIdle(Slot slot) {
        slot.inIdle.unlink();
        slot.queue.frozen -= slot.frozen ? 1 : 0;
        placement.leftIdle(slot);
    }
}
