package dev.berth.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The idle slots whose removal gives room, and which of them go first: those whose containers are worth least, or,
 * where nobody says what they are worth, those idle longest, but frozen ones before others, since taking them up again
 * costs a thaw. Before all of them go those started for a call that has not come yet, which may be starting still.
 */
final class Evictable {
    private final Chain<Slot> guessed = new Chain<>();
    private final Chain<Slot> frozen = new Chain<>();
    private final Chain<Slot> running = new Chain<>();
    private long bytes;
    private long cpuMillis;
    private final @Nullable Worth worth;

    /** Each of the slots once. */
    interface Order {
        @Nullable
        Slot next();
    }

    /** @param worth null: they go by idle time */
    Evictable(@Nullable Worth worth) {
        this.worth = worth;
    }

    void add(Slot slot) {
        if (slot.queue.evictable) {
            chain(slot).addLast(slot.inEvictable);
            bytes += slot.queue.reservation.bytes();
            cpuMillis += slot.queue.reservation.cpuMillis();
        }
    }

    private Chain<Slot> chain(Slot slot) {
        if (slot.guessed) {
            return guessed;
        }
        return slot.frozen ? frozen : running;
    }

    void remove(Slot slot) {
        if (slot.queue.evictable) {
            slot.inEvictable.unlink();
            bytes -= slot.queue.reservation.bytes();
            cpuMillis -= slot.queue.reservation.cpuMillis();
        }
    }

    /** Whether all of them, and that much more, would do. */
    boolean wouldCover(long shortBytes, long shortCpuMillis, Reservation more) {
        return bytes + more.bytes() >= shortBytes && cpuMillis + more.cpuMillis() >= shortCpuMillis;
    }

    /**
     * The slots to remove so that this much becomes free: none of them could be spared. Empty if all of them
     * together would not do.
     *
     * @param shortBytes at least 0
     * @param shortCpuMillis at least 0; one of the two is positive
     */
    List<Slot> cover(long shortBytes, long shortCpuMillis, long now) {
        if (bytes < shortBytes || cpuMillis < shortCpuMillis) {
            return List.of();
        }
        List<Slot> picked = new ArrayList<>();
        long overBytes = -shortBytes;
        long overCpu = -shortCpuMillis;
        Order order = new FloorLast(new GuessesFirst(order(now)));
        for (Slot slot = order.next(); slot != null && (overBytes < 0 || overCpu < 0); slot = order.next()) {
            Reservation gain = slot.queue.reservation;
            if ((overBytes < 0 && gain.bytes() > 0) || (overCpu < 0 && gain.cpuMillis() > 0)) {
                picked.add(slot);
                overBytes += gain.bytes();
                overCpu += gain.cpuMillis();
            }
        }
        spare(picked, overBytes, overCpu);
        return picked;
    }

    /** Drops what later picks made unnecessary, those that were to go last first. */
    private static void spare(List<Slot> picked, long overBytes, long overCpu) {
        for (int i = picked.size() - 1; i >= 0; i--) {
            Reservation gain = picked.get(i).queue.reservation;
            if (gain.bytes() <= overBytes && gain.cpuMillis() <= overCpu) {
                overBytes -= gain.bytes();
                overCpu -= gain.cpuMillis();
                picked.remove(i);
            }
        }
    }

    private Order order(long now) {
        if (worth == null) {
            return new LongestIdle();
        }
        LeastWorth order = new LeastWorth(worth, now);
        each(frozen, order::see);
        each(running, order::see);
        return order;
    }

    private static void each(Chain<Slot> chain, Consumer<Slot> action) {
        for (Slot slot = chain.first(); slot != null; slot = slot.inEvictable.next()) {
            action.accept(slot);
        }
    }

    private final class GuessesFirst implements Order {
        private final Order others;
        private @Nullable Slot next = guessed.first();

        GuessesFirst(Order others) {
            this.others = others;
        }

        @Override
        public @Nullable Slot next() {
            Slot slot = next;
            if (slot == null) {
                return others.next();
            }
            next = slot.inEvictable.next();
            return slot;
        }
    }

    private final class LongestIdle implements Order {
        private @Nullable Slot next = frozen.first() != null ? frozen.first() : running.first();

        @Override
        public @Nullable Slot next() {
            Slot slot = next;
            if (slot != null) {
                Slot following = slot.inEvictable.next();
                next = following == null && slot.frozen ? running.first() : following;
            }
            return slot;
        }
    }
}
