package dev.berth.registry;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The idle slots whose removal gives room, in the order in which they have to go: frozen ones first, since
 * taking them up again costs a thaw, and among equals the one idle longest.
 */
final class Evictable {
    private final Chain<Slot> frozen = new Chain<>();
    private final Chain<Slot> running = new Chain<>();
    private long bytes;
    private long cpuMillis;

    void add(Slot slot) {
        if (slot.queue.evictable) {
            (slot.frozen ? frozen : running).addLast(slot.inEvictable);
            bytes += slot.queue.reservation.bytes();
            cpuMillis += slot.queue.reservation.cpuMillis();
        }
    }

    void remove(Slot slot) {
        if (slot.queue.evictable) {
            slot.inEvictable.unlink();
            bytes -= slot.queue.reservation.bytes();
            cpuMillis -= slot.queue.reservation.cpuMillis();
        }
    }

    /**
     * The slots to remove so that this much becomes free: none of them could be spared. Empty if all of them
     * together would not do.
     *
     * @param shortBytes at least 0
     * @param shortCpuMillis at least 0; one of the two is positive
     */
    List<Slot> cover(long shortBytes, long shortCpuMillis) {
        if (bytes < shortBytes || cpuMillis < shortCpuMillis) {
            return List.of();
        }
        List<Slot> picked = new ArrayList<>();
        long overBytes = -shortBytes;
        long overCpu = -shortCpuMillis;
        for (Slot slot = first(); slot != null && (overBytes < 0 || overCpu < 0); slot = after(slot)) {
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

    /** Drops what later picks made unnecessary, the most recently used first. */
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

    private @Nullable Slot first() {
        Slot slot = frozen.first();
        return slot != null ? slot : running.first();
    }

    private @Nullable Slot after(Slot slot) {
        Slot next = slot.inEvictable.next();
        return next == null && slot.frozen ? running.first() : next;
    }
}
