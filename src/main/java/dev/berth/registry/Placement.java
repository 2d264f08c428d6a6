package dev.berth.registry;

import dev.berth.call.Saturating;
import dev.berth.config.RegistryConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
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
 *
 * <p>What has just started in the place of others is spared for a moment, so that two functions in room for one take
 * turns, unless a call has found it idle. In non-blocking mode a waiter for whom that room would be enough stays until it might have had it.
 */
final class Placement {

    /** What the decisions are carried out by. Each of the first three ends the waiter's or the slot's stay here. */
    interface Actions {
        void launchFor(Waiter waiter);

        void evict(Slot slot, Waiter forWhom);

        void refuse(Waiter waiter);

        /** Somebody will lack room, so nobody is put off any more. Returns whether others starve now. */
        boolean releasePutOff();
    }

    private final boolean nonBlocking;

    /** For how long after the end of a hold a call waits for its room that is refused else; 0: not at all. */
    private final long hopeNanos;

    private final Room room;
    private final Actions actions;
    private final TreeSet<Waiter> starved = new TreeSet<>(Waiter.BY_ARRIVAL);

    /** Starved only until the end of this turn: their containers reserve nothing, so they always fit. */
    private final TreeSet<Waiter> weightless = new TreeSet<>(Waiter.BY_ARRIVAL);

    private final Evictable evictable;
    private final Holds holds = new Holds();

    /** The slots that became idle in this turn, or are not held any more, if they still are idle. */
    private final List<Slot> justIdle = new ArrayList<>(1);

    // What this turn's walk has not promised to anybody yet.
    private long freeBytes;
    private long freeCpuMillis;
    private long comingBytes;
    private long comingCpuMillis;

    private boolean lacksRoom;

    /** When the first of those who hope must not any longer, if somebody does. */
    private OptionalLong endOfHope = OptionalLong.empty();

    /**
     * @param worth of idle containers, so that those worth least go first; null: those idle longest
     */
    Placement(RegistryConfig config, Room room, @Nullable Worth worth, Actions actions) {
        this.nonBlocking = config.nonBlocking();
        this.hopeNanos = Saturating.nanos(config.nonBlockingWait());
        this.room = room;
        this.evictable = new Evictable(worth);
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
        if (!slot.held) {
            mayGo(slot);
        }
    }

    private void mayGo(Slot slot) {
        evictable.add(slot);
        justIdle.add(slot);
    }

    void leftIdle(Slot slot) {
        if (!slot.held) {
            evictable.remove(slot);
            justIdle.remove(slot);
        }
    }

    /** It starts for a call that has not come, so it goes if another lacks room. */
    void mayGoStarting(Slot slot) {
        evictable.add(slot);
    }

    /** A call has come that waits for it, or it does not start any more. */
    void mayNotGoStarting(Slot slot) {
        evictable.remove(slot);
    }

    void freeze(Slot slot, boolean frozen) {
        if (slot.held) {
            slot.frozen = frozen;
        } else {
            evictable.remove(slot);
            slot.frozen = frozen;
            evictable.add(slot);
        }
    }

    /**
     * A container has just started for which others had to go: it is not evicted for a while.
     *
     * @param start how long one takes, in nanoseconds
     */
    void hold(Slot slot, long start, long now) {
        if (start > 0 && !(nonBlocking && hopeNanos == 0)) {
            holds.begin(slot, start, now);
        }
    }

    /** It has left {@link Slot.State#IDLE} if it was in it. */
    void unhold(Slot slot) {
        holds.end(slot);
    }

    /** Those held until now may be evicted from now on. */
    void endHolds(long now) {
        for (Slot slot = holds.nextOver(now); slot != null; slot = holds.nextOver(now)) {
            if (slot.state == Slot.State.IDLE) {
                mayGo(slot);
            }
        }
    }

    /** When to call {@link #endHolds}, and {@link #place} after it. */
    OptionalLong nextLook() {
        OptionalLong end = holds.nextEnd();
        if (end.isEmpty() || endOfHope.isEmpty()) {
            return end.isEmpty() ? endOfHope : end;
        }
        return end.getAsLong() - endOfHope.getAsLong() <= 0 ? end : endOfHope;
    }

    /** Called at the end of every turn. */
    void place(long now) {
        while (!weightless.isEmpty()) {
            actions.launchFor(weightless.first());
        }
        endOfHope = OptionalLong.empty();
        if (!starved.isEmpty()) {
            placeFrom(starved.first(), now);
        }
        justIdle.clear();
        lacksRoom = !starved.isEmpty();
    }

    private void placeFrom(Waiter first, long now) {
        freeBytes = room.totalBytes() - room.usedBytes();
        freeCpuMillis = room.totalCpuMillis() - room.usedCpuMillis();
        comingBytes = room.endingBytes();
        comingCpuMillis = room.endingCpuMillis();
        Waiter waiter = first;
        while (waiter != null && place(waiter, now)) {
            waiter = starved.higher(waiter);
        }
    }

    /** Whether those who came later may be looked at. */
    private boolean place(Waiter waiter, long now) {
        Reservation wanted = waiter.queue.reservation;
        if (wanted.bytes() <= freeBytes && wanted.cpuMillis() <= freeCpuMillis) {
            promise(wanted);
            actions.launchFor(waiter);
            return true;
        }
        waiter.missingBytes = Math.max(0, wanted.bytes() - freeBytes);
        waiter.missingCpuMillis = Math.max(0, wanted.cpuMillis() - freeCpuMillis);
        long shortBytes = Math.max(0, wanted.bytes() - freeBytes - comingBytes);
        long shortCpu = Math.max(0, wanted.cpuMillis() - freeCpuMillis - comingCpuMillis);
        boolean isShort = shortBytes > 0 || shortCpu > 0;
        List<Slot> victims = isShort ? victims(waiter, shortBytes, shortCpu, now) : List.of();
        boolean isStuck = isShort && victims.isEmpty();
        if (isStuck && nonBlocking && !hopes(waiter, shortBytes, shortCpu, now)) {
            actions.refuse(waiter);
            return true;
        }
        // Those put off may have come before it: what is evicted for it now would be of no use if they took the rest.
        if (actions.releasePutOff()) {
            placeFrom(starved.first(), now);
            return false;
        }
        if (isStuck && nonBlocking) {
            endOfHope = endOfHope.isPresent() && endOfHope.getAsLong() - waiter.hopesUntil <= 0
                    ? endOfHope
                    : OptionalLong.of(waiter.hopesUntil);
            promise(wanted);
            return true;
        }
        if (isStuck) {
            giveUpJustIdle(waiter, shortBytes, shortCpu);
            return false;
        }
        victims.forEach(victim -> evict(victim, waiter));
        promise(wanted);
        return true;
    }

    /**
     * Who goes for a waiter; empty: nobody, as that would not do. What is held is for callers who come back at once. So it
     * does not count for a call that has found it idle: else one caller of two functions in turn had to wait for a hold
     * at each call.
     */
    private List<Slot> victims(Waiter waiter, long shortBytes, long shortCpu, long now) {
        List<Slot> victims = evictable.cover(shortBytes, shortCpu, now);
        if (!victims.isEmpty() || holds.isEmpty()) {
            return victims;
        }
        List<Slot> left = holds.idleBefore(waiter.since);
        if (left.isEmpty() || !evictable.wouldCover(shortBytes, shortCpu, Holds.together(left))) {
            return List.of();
        }
        for (Slot slot : left) {
            holds.end(slot);
            mayGo(slot);
        }
        return evictable.cover(shortBytes, shortCpu, now);
    }

    /** Whether what is held now will be enough for it, or would have been when that was asked first. */
    private boolean hopes(Waiter waiter, long shortBytes, long shortCpu, long now) {
        if (!waiter.hopes && !holds.isEmpty() && evictable.wouldCover(shortBytes, shortCpu, holds.together())) {
            waiter.hopes = true;
            waiter.hopesUntil = holds.lastEnd() + hopeNanos;
        }
        return waiter.hopes && waiter.hopesUntil - now > 0;
    }

    private void evict(Slot victim, Waiter forWhom) {
        comingBytes += victim.queue.reservation.bytes();
        comingCpuMillis += victim.queue.reservation.cpuMillis();
        actions.evict(victim, forWhom);
    }

    private void giveUpJustIdle(Waiter waiter, long shortBytes, long shortCpu) {
        for (Slot slot : List.copyOf(justIdle)) {
            Reservation gain = slot.queue.reservation;
            boolean helps = (shortBytes > 0 && gain.bytes() > 0) || (shortCpu > 0 && gain.cpuMillis() > 0);
            if (helps && slot.queue.evictable) {
                actions.evict(slot, waiter);
            }
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
