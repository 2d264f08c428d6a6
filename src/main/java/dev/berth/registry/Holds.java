package dev.berth.registry;

import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The slots that are not evicted yet, since others had to go for them a moment ago: two functions in room for one
 * would have a start for each call else.
 */
final class Holds {
    /** For as long as its start took, but no longer than this, what started on such room is kept. */
    private static final long LONGEST_NANOS = 1_000_000_000;

    private final TreeSet<Slot> held = new TreeSet<>(Holds::compare);
    private long bytes;
    private long cpuMillis;

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    private static int compare(Slot one, Slot other) {
        int byEnd = Long.signum(one.heldUntil - other.heldUntil);
        return byEnd != 0 ? byEnd : Long.compare(one.number, other.number);
    }

    /**
     * A container has started for which others had to go.
     *
     * @param start how long one takes, in nanoseconds; positive
     */
    void begin(Slot slot, long start, long now) {
        if (slot.queue.evictable) {
            slot.held = true;
            slot.heldUntil = now + Math.min(start, LONGEST_NANOS);
            held.add(slot);
            bytes += slot.queue.reservation.bytes();
            cpuMillis += slot.queue.reservation.cpuMillis();
        }
    }

    /** It is not held any more, if it was. */
    void end(Slot slot) {
        if (slot.held) {
            held.remove(slot);
            slot.held = false;
            bytes -= slot.queue.reservation.bytes();
            cpuMillis -= slot.queue.reservation.cpuMillis();
        }
    }

    /** A slot whose time is over and which is not held any more; null if there is none now. */
    @Nullable
    Slot nextOver(long now) {
        if (held.isEmpty() || held.first().heldUntil - now > 0) {
            return null;
        }
        Slot slot = held.first();
        end(slot);
        return slot;
    }

    OptionalLong nextEnd() {
        return held.isEmpty() ? OptionalLong.empty() : OptionalLong.of(held.first().heldUntil);
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** When the last of them ends. There must be one. */
    long lastEnd() {
        return held.last().heldUntil;
    }

    /** What all of them take, whether they run a call or not. */
    Reservation together() {
        return new Reservation(bytes, cpuMillis);
    }

    /** What these take. */
    static Reservation together(List<Slot> slots) {
        long bytes = 0;
        long cpuMillis = 0;
        for (Slot slot : slots) {
            bytes += slot.queue.reservation.bytes();
            cpuMillis += slot.queue.reservation.cpuMillis();
        }
        return new Reservation(bytes, cpuMillis);
    }

    /** Those of them that have been idle since before that moment. */
    List<Slot> idleBefore(long moment) {
        return held.stream()
                .filter(slot -> slot.state == Slot.State.IDLE && slot.idleSince - moment < 0)
                .toList();
    }
}
