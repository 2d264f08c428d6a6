package dev.berth.registry;

import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When idle slots have been idle too long. A slot that is leased keeps its alarm, and the alarm is moved
 * only when it rings: so a busy container costs this clock one look per alarm, not two per call.
 */
final class IdleClock {
    private final TreeSet<Slot> alarms = new TreeSet<>(IdleClock::compare);
    private final Keeping keeping;

    IdleClock(Keeping keeping) {
        this.keeping = keeping;
    }

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    private static int compare(Slot one, Slot other) {
        int byAlarm = Long.signum(one.alarm - other.alarm);
        return byAlarm != 0 ? byAlarm : Long.compare(one.number, other.number);
    }

    void idleSince(Slot slot, long now) {
        slot.idleSince = now;
        slot.idleDeadline = keeping.deadline(slot, now);
        if (!slot.alarmSet) {
            set(slot, keeping.nextLook(slot, now));
        }
    }

    void forget(Slot slot) {
        if (slot.alarmSet) {
            alarms.remove(slot);
            slot.alarmSet = false;
        }
    }

    /** Fewer of its slots are kept than before though nobody calls: those that had no alarm any more have one again. */
    void floorFell(SlotQueue queue, long now) {
        for (Slot slot = queue.idle.first(); slot != null; slot = slot.inIdle.next()) {
            if (!slot.alarmSet) {
                set(slot, keeping.nextLook(slot, now));
            }
        }
    }

    /** A slot that has been idle for long enough, taken off the clock; null if there is none now. */
    @Nullable
    Slot nextOverdue(long now) {
        while (!alarms.isEmpty() && alarms.first().alarm - now <= 0) {
            Slot slot = alarms.first();
            forget(slot);
            if (slot.state == Slot.State.IDLE) {
                if (slot.queue.isAtFloor()) {
                    continue;
                }
                if (keeping.isOver(slot, now)) {
                    return slot;
                }
                set(slot, keeping.nextLook(slot, now));
            }
        }
        return null;
    }

    /** When to call {@link #nextOverdue} again. It may find nothing then. */
    OptionalLong nextAlarm() {
        return alarms.isEmpty() ? OptionalLong.empty() : OptionalLong.of(alarms.first().alarm);
    }

    private void set(Slot slot, long alarm) {
        slot.alarm = alarm;
        slot.alarmSet = true;
        alarms.add(slot);
    }
}
