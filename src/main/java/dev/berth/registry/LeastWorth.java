package dev.berth.registry;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Idle slots, from the one whose container is worth least. Of each queue they come in order of their idle time, and
 * each is worth what the last container of a queue is that has lost those before it. What they are worth changes with
 * time, so this is made anew whenever it is needed.
 */
final class LeastWorth implements Evictable.Order {
    /** Taking up a frozen one again costs a thaw. */
    private static final double FROZEN = 0.97;

    private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();
    private final Worth worth;
    private final long now;
    private int seen;

    private record Candidate(Slot slot, int containers, double worth, int number) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byWorth = Double.compare(worth, other.worth);
            return byWorth != 0 ? byWorth : Integer.compare(number, other.number);
        }
    }

    LeastWorth(Worth worth, long now) {
        this.worth = worth;
        this.now = now;
    }

    /** Each evictable slot once; only the first of each queue need be looked at. */
    void see(Slot slot) {
        SlotQueue queue = slot.queue;
        if (evictable(queue.idle.first()) == slot) {
            add(slot, queue.containers - queue.ending);
        }
    }

    @Override
    public @Nullable Slot next() {
        Candidate least = candidates.poll();
        if (least == null) {
            return null;
        }
        Slot following = evictable(least.slot.inIdle.next());
        if (following != null) {
            add(following, least.containers - 1);
        }
        return least.slot;
    }

    private void add(Slot slot, int containers) {
        double value = worth.of(slot.queue, containers, now) * (slot.frozen ? FROZEN : 1);
        candidates.add(new Candidate(slot, containers, value, seen++));
    }

    /** That one, or the first after it that may be evicted, without those that go before all others anyway. */
    private static @Nullable Slot evictable(@Nullable Slot from) {
        Slot slot = from;
        while (slot != null && (slot.guessed || !slot.inEvictable.isLinked())) {
            slot = slot.inIdle.next();
        }
        return slot;
    }
}
