package dev.berth.registry;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The queues in which calls are put off, and when each has to be looked at again. */
final class Parked {
    private final Set<SlotQueue> queues = new LinkedHashSet<>();
    private final TreeSet<SlotQueue> alarms = new TreeSet<>(Parked::byAlarm);

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    private static int byAlarm(SlotQueue one, SlotQueue other) {
        int byAlarm = Long.signum(one.alarm - other.alarm);
        return byAlarm != 0 ? byAlarm : Long.compare(one.number, other.number);
    }

    /** @param alarm empty: none is needed */
    void put(SlotQueue queue, OptionalLong alarm) {
        remove(queue);
        queues.add(queue);
        if (alarm.isPresent()) {
            queue.alarm = alarm.getAsLong();
            queue.alarmSet = true;
            alarms.add(queue);
        }
    }

    void remove(SlotQueue queue) {
        if (queues.remove(queue) && queue.alarmSet) {
            alarms.remove(queue);
            queue.alarmSet = false;
        }
    }

    /** A copy. */
    List<SlotQueue> all() {
        return new ArrayList<>(queues);
    }

    @Nullable
    SlotQueue firstDue(long now) {
        return alarms.isEmpty() || alarms.first().alarm - now > 0 ? null : alarms.first();
    }

    OptionalLong nextAlarm() {
        return alarms.isEmpty() ? OptionalLong.empty() : OptionalLong.of(alarms.first().alarm);
    }
}
