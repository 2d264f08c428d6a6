package dev.berth.registry;

import dev.berth.call.SlotKey;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.Shortage;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Refused;
import dev.berth.why.SlotFacts.Start;
import dev.berth.why.SlotFacts.Waited;
import org.jspecify.annotations.Nullable;

/** Says why the {@link SlotTable} decided as it did. Decides nothing; makes nothing for a call that finds an idle slot. */
final class Account {
    private final Room room;
    private final Epitaphs epitaphs = new Epitaphs();
    private final Holders holders;

    Account(Room room, Queues queues) {
        this.room = room;
        this.holders = new Holders(queues);
    }

    /** Before the container counts as one of its queue's. */
    ColdCause coldCause(SlotQueue queue, long now) {
        return epitaphs.cause(queue, now);
    }

    SlotFacts idle(Slot slot) {
        if (slot.guessed) {
            return SlotFacts.FORESEEN;
        }
        return slot.frozen ? SlotFacts.WOKEN : SlotFacts.HOT;
    }

    /**
     * A container that has just started.
     *
     * @param own whether it was launched for this waiter
     */
    SlotFacts started(Slot slot, Waiter waiter, boolean own, long now) {
        Waited waited = own ? Waited.OWN_START : Waited.OTHERS_START;
        if (waiter.blocker() != null) {
            waited = Waited.BEHIND_BIG;
        } else if (waiter.isShort()) {
            waited = Waited.ROOM_COMING;
        } else if (slot.ahead) {
            waited = Waited.START_AHEAD;
        }
        return new SlotFacts(
                Start.COLD, waited, waiter.ahead, waiter.busy, slot.coldCause, Refused.NONE, shortage(waiter, now));
    }

    /** A container whose call has just ended. */
    SlotFacts freed(Waiter waiter, long now) {
        return new SlotFacts(
                Start.HOT,
                waiter.putOff ? Waited.SOONER : Waited.BUSY,
                waiter.ahead,
                waiter.busy,
                null,
                Refused.NONE,
                shortage(waiter, now));
    }

    /** Before the waiter has left. */
    SlotFacts refused(Waiter waiter, Refused why, long now) {
        return new SlotFacts(
                Start.NONE,
                Waited.NOTHING,
                waiter.ahead,
                waiter.busy,
                waiter.launch == null ? null : waiter.launch.coldCause,
                why,
                shortage(waiter, now));
    }

    private @Nullable Shortage shortage(Waiter waiter, long now) {
        Waiter blocker = waiter.blocker();
        Waiter shortOf = blocker == null ? waiter : blocker;
        if (!shortOf.isShort()) {
            return null;
        }
        Reservation wanted = shortOf.queue.reservation;
        boolean memory = shortOf.missingBytes > 0 || shortOf.missingCpuMillis == 0;
        return new Shortage(
                shortOf.missingBytes,
                shortOf.missingCpuMillis,
                wanted.bytes(),
                wanted.cpuMillis(),
                blocker == null ? "" : blocker.queue.image(),
                memory ? holders.ofMemory(now) : holders.ofCpu(now));
    }

    void evicted(Slot slot, Waiter forWhom, long now) {
        Reservation wanted = forWhom.queue.reservation;
        note(
                slot.queue.key(),
                new ColdCause(
                        ColdCause.Reason.EVICTED,
                        0,
                        0,
                        forWhom.queue.image(),
                        wanted.bytes(),
                        room.totalBytes() - room.usedBytes()),
                now);
    }

    void expired(Slot slot, long now) {
        if (slot.guessed) {
            note(slot.queue.key(), ColdCause.of(ColdCause.Reason.NOT_CALLED), now);
            return;
        }
        long idleMillis = Math.min(now - slot.idleSince, slot.idleDeadline - slot.idleSince) / 1_000_000;
        note(slot.queue.key(), new ColdCause(ColdCause.Reason.EXPIRED, 0, idleMillis, "", 0, 0), now);
    }

    /** An operator wanted it gone. */
    void cleared(Slot slot, long now) {
        note(slot.queue.key(), ColdCause.of(ColdCause.Reason.CLEARED), now);
    }

    /** By itself, or because of its last call. Not if it was to go anyway. */
    void ended(Slot slot, ContainerFate fate, long now) {
        if (slot.state != Slot.State.ENDING) {
            note(slot.queue.key(), fate.asCause(), now);
        }
    }

    void launchFailed(Slot slot, long now) {
        if (slot.state != Slot.State.ENDING) {
            note(slot.queue.key(), ColdCause.of(ColdCause.Reason.LAUNCH_FAILED), now);
        }
    }

    private void note(SlotKey key, ColdCause cause, long now) {
        epitaphs.write(key, cause, now);
    }
}
