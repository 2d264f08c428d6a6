package dev.berth.registry;

import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When idle slots have been idle too long. A slot that is leased keeps its alarm, and the alarm is moved
 * only when it rings: so a busy container costs this clock one look per idle timeout, not two per call.
 */
final class IdleClock {
    private final TreeSet<Slot> alarms = new TreeSet<>(IdleClock::compare);

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    private static int compare(Slot one, Slot other) {
        int byAlarm = Long.signum(one.alarm - other.alarm);
        return byAlarm != 0 ? byAlarm : Long.compare(one.number, other.number);
    }

    void idleSince(Slot slot, long now) {
        slot.idleDeadline = now + slot.queue.idleTimeoutNanos;
        if (!slot.alarmSet) {
            set(slot, slot.idleDeadline);
        }
    }

    void forget(Slot slot) {
        if (slot.alarmSet) {
            alarms.remove(slot);
            slot.alarmSet = false;
        }
    }

    /** A slot that is idle and past its deadline, taken off the clock; null if there is none now. */
    @Nullable
    Slot nextOverdue(long now) {
        while (!alarms.isEmpty() && alarms.first().alarm - now <= 0) {
            Slot slot = alarms.first();
            forget(slot);
            if (slot.state == Slot.State.IDLE) {
                if (slot.idleDeadline - now <= 0) {
                    return slot;
                }
                set(slot, slot.idleDeadline);
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
