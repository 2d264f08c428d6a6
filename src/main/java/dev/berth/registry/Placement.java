package dev.berth.registry;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds room for the starved waiters of a node, strictly in order of arrival. A waiter takes what is free
 * before it takes what is on its way back, so nobody behind it can delay it; and it is promised what is on
 * its way back before anything is evicted for it, so nothing is evicted twice.
 *
 * <p>A waiter for whom there is no room, not even by eviction, is refused in non-blocking mode. In blocking
 * mode it stays, everybody behind it waits too, and from then on each container that becomes idle is given
 * up for it, whether or not that suffices yet: otherwise a big one would wait for ever for enough small ones
 * to be idle in the same moment.
 */
final class Placement {

    /** What the decisions are carried out by. Each of the three ends the waiter's or the slot's stay here. */
    interface Actions {
        void launchFor(Waiter waiter);

        void evict(Slot slot, Waiter forWhom);

        void refuse(Waiter waiter);
    }

    private final boolean nonBlocking;
    private final Room room;
    private final Actions actions;
    private final TreeSet<Waiter> starved = new TreeSet<>(Waiter.BY_ARRIVAL);

    /** Starved only until the end of this turn: their containers reserve nothing, so they always fit. */
    private final TreeSet<Waiter> weightless = new TreeSet<>(Waiter.BY_ARRIVAL);

    private final Evictable evictable = new Evictable();

    /** The slot that became idle in this turn, if it still is. */
    private @Nullable Slot justIdle;

    // What this turn's walk has not promised to anybody yet.
    private long freeBytes;
    private long freeCpuMillis;
    private long comingBytes;
    private long comingCpuMillis;

    private boolean lacksRoom;

    Placement(boolean nonBlocking, Room room, Actions actions) {
        this.nonBlocking = nonBlocking;
        this.room = room;
        this.actions = actions;
    }

    void add(Waiter waiter) {
        if (!starved.isEmpty() && starved.first().arrival < waiter.arrival) {
            waiter.behind = starved.first();
        }
        setOf(waiter).add(waiter);
    }

    void remove(Waiter waiter) {
        setOf(waiter).remove(waiter);
    }

    /** Whether somebody waits for room. */
    boolean isStarved() {
        return !starved.isEmpty();
    }

    /** Whether somebody waited for room when the last turn ended. */
    boolean lacksRoom() {
        return lacksRoom;
    }

    private TreeSet<Waiter> setOf(Waiter waiter) {
        return waiter.queue.reservation.isNothing() ? weightless : starved;
    }

    void becameIdle(Slot slot) {
        evictable.add(slot);
        justIdle = slot;
    }

    void leftIdle(Slot slot) {
        evictable.remove(slot);
        if (justIdle == slot) {
            justIdle = null;
        }
    }

    void freeze(Slot slot, boolean frozen) {
        evictable.remove(slot);
        slot.frozen = frozen;
        evictable.add(slot);
    }

    /** Whether {@link #place} would leave somebody waiting for room. To be asked before, since it may evict for him. */
    boolean willLackRoom() {
        reckon();
        for (Waiter waiter : starved) {
            Reservation wanted = waiter.queue.reservation;
            if (fits(wanted)) {
                promise(wanted);
            } else if (!nonBlocking || canBeGiven(wanted)) {
                return true;
            }
        }
        return false;
    }

    private boolean canBeGiven(Reservation wanted) {
        long bytes = shortBytes(wanted);
        long cpu = shortCpu(wanted);
        return (bytes == 0 && cpu == 0) || !evictable.cover(bytes, cpu).isEmpty();
    }

    private void reckon() {
        freeBytes = room.totalBytes() - room.usedBytes();
        freeCpuMillis = room.totalCpuMillis() - room.usedCpuMillis();
        comingBytes = room.endingBytes();
        comingCpuMillis = room.endingCpuMillis();
    }

    private boolean fits(Reservation wanted) {
        return wanted.bytes() <= freeBytes && wanted.cpuMillis() <= freeCpuMillis;
    }

    /** Of what is neither free nor coming. */
    private long shortBytes(Reservation wanted) {
        return Math.max(0, wanted.bytes() - freeBytes - comingBytes);
    }

    private long shortCpu(Reservation wanted) {
        return Math.max(0, wanted.cpuMillis() - freeCpuMillis - comingCpuMillis);
    }

    /** Called at the end of every turn. */
    void place() {
        while (!weightless.isEmpty()) {
            actions.launchFor(weightless.first());
        }
        if (!starved.isEmpty()) {
            reckon();
            Waiter waiter = starved.first();
            while (waiter != null && place(waiter)) {
                waiter = starved.higher(waiter);
            }
        }
        justIdle = null;
        lacksRoom = !starved.isEmpty();
    }

    /** Whether those who came later may be looked at. */
    private boolean place(Waiter waiter) {
        Reservation wanted = waiter.queue.reservation;
        if (fits(wanted)) {
            promise(wanted);
            actions.launchFor(waiter);
            return true;
        }
        waiter.missingBytes = Math.max(0, wanted.bytes() - freeBytes);
        waiter.missingCpuMillis = Math.max(0, wanted.cpuMillis() - freeCpuMillis);
        long shortBytes = shortBytes(wanted);
        long shortCpu = shortCpu(wanted);
        if ((shortBytes > 0 || shortCpu > 0) && !makeRoom(waiter, shortBytes, shortCpu)) {
            if (nonBlocking) {
                actions.refuse(waiter);
                return true;
            }
            giveUpJustIdle(waiter, shortBytes, shortCpu);
            return false;
        }
        promise(wanted);
        return true;
    }

    private boolean makeRoom(Waiter waiter, long shortBytes, long shortCpu) {
        List<Slot> victims = evictable.cover(shortBytes, shortCpu);
        for (Slot victim : victims) {
            comingBytes += victim.queue.reservation.bytes();
            comingCpuMillis += victim.queue.reservation.cpuMillis();
            actions.evict(victim, waiter);
        }
        return !victims.isEmpty();
    }

    private void giveUpJustIdle(Waiter waiter, long shortBytes, long shortCpu) {
        Slot slot = justIdle;
        if (slot == null || !slot.queue.evictable) {
            return;
        }
        Reservation gain = slot.queue.reservation;
        if ((shortBytes > 0 && gain.bytes() > 0) || (shortCpu > 0 && gain.cpuMillis() > 0)) {
            actions.evict(slot, waiter);
        }
    }

    /** Of each resource, first what is free, then what will be. */
    private void promise(Reservation wanted) {
        long bytesNow = Math.min(freeBytes, wanted.bytes());
        freeBytes -= bytesNow;
        comingBytes -= wanted.bytes() - bytesNow;
        long cpuNow = Math.min(freeCpuMillis, wanted.cpuMillis());
        freeCpuMillis -= cpuNow;
        comingCpuMillis -= wanted.cpuMillis() - cpuNow;
    }
}
