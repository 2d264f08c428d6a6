package dev.berth.registry;

import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The idle slots that are not evicted yet, since others had to go for them a moment ago: two functions in room for one
 * would have a start for each call else.
 */
final class Holds {
    /** For as long as its start took, but no longer than this, what started on such room is kept. */
    private static final long LONGEST_NANOS = 1_000_000_000;

    private final TreeSet<Slot> idle = new TreeSet<>(Holds::compare);

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    private static int compare(Slot one, Slot other) {
        int byEnd = Long.signum(one.heldUntil - other.heldUntil);
        return byEnd != 0 ? byEnd : Long.compare(one.number, other.number);
    }

    /**
     * A container has started for which others had to go.
     *
     * @param start how long one takes, in nanoseconds
     */
    static void begin(Slot slot, long start, long now) {
        slot.held = true;
        slot.heldUntil = now + Math.min(start, LONGEST_NANOS);
    }

    /** Whether this slot, which has just become idle, is to be kept for now. */
    boolean add(Slot slot, long now) {
        slot.held &= slot.heldUntil - now > 0;
        return slot.held && idle.add(slot);
    }

    /** Whether it was one of these. */
    boolean remove(Slot slot) {
        return slot.held && idle.remove(slot);
    }

    boolean contains(Slot slot) {
        return slot.held && idle.contains(slot);
    }

    /** An idle slot whose time is over, taken off the list; null if there is none now. */
    @Nullable
    Slot nextOver(long now) {
        if (idle.isEmpty() || idle.first().heldUntil - now > 0) {
            return null;
        }
        Slot slot = idle.pollFirst();
        slot.held = false;
        return slot;
    }

    OptionalLong nextEnd() {
        return idle.isEmpty() ? OptionalLong.empty() : OptionalLong.of(idle.first().heldUntil);
    }
}
