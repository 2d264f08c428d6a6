package dev.berth.registry;

import dev.berth.config.ForesightConfig;

/**
 * The containers that were started ahead of a call that has not come yet: what they take together, which is bounded, and
 * what has come of each. They are the first to be evicted, also while they start. A queue has one at most.
 */
final class Guesses {
    private final ForesightConfig config;
    private final Room room;
    private final Placement placement;
    private final SlotObserver observer;
    private long bytes;
    private long cpuMillis;

    Guesses(ForesightConfig config, Room room, Placement placement, SlotObserver observer) {
        this.config = config;
        this.room = room;
        this.placement = placement;
        this.observer = observer;
    }

    /** Whether one more that takes so much fits into what is free and what they may take. */
    boolean hasRoom(Reservation wanted) {
        return room.hasNow(wanted)
                && bytes + wanted.bytes() <= room.totalBytes() * config.share()
                && cpuMillis + wanted.cpuMillis() <= room.totalCpuMillis() * config.share();
    }

    /** This one has just been launched; if no call comes, it goes at that moment. */
    void begin(Slot slot, long until) {
        slot.guessed = true;
        slot.ahead = true;
        slot.guessedUntil = until;
        slot.queue.guess = slot;
        bytes += slot.queue.reservation.bytes();
        cpuMillis += slot.queue.reservation.cpuMillis();
        placement.mayGoStarting(slot);
        observer.guess(SlotObserver.Guess.STARTED);
    }

    /** Before it leaves {@link Slot.State#STARTING}. */
    void noLongerStarts(Slot slot) {
        if (slot.guessed) {
            placement.mayNotGoStarting(slot);
        }
    }

    /** A call waits for one that is still starting: it is like any other from now on. */
    void review(SlotQueue queue) {
        Slot slot = queue.guess;
        if (slot != null && slot.state == Slot.State.STARTING && !queue.waiting.isEmpty()) {
            noLongerStarts(slot);
            used(slot);
        }
    }

    /** Its call has come. */
    void used(Slot slot) {
        release(slot);
        slot.guessed = false;
        slot.queue.guess = null;
        observer.guess(SlotObserver.Guess.USED);
    }

    /** It ends, and no call has come. What it takes counts until it is {@link #gone}. */
    void wasted(Slot slot) {
        if (slot.guessed) {
            slot.queue.guess = null;
            observer.guess(SlotObserver.Guess.WASTED);
        }
    }

    void gone(Slot slot) {
        if (slot.guessed) {
            release(slot);
        }
    }

    private void release(Slot slot) {
        bytes -= slot.queue.reservation.bytes();
        cpuMillis -= slot.queue.reservation.cpuMillis();
    }
}
