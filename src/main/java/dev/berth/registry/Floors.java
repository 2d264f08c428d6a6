package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import dev.berth.call.Saturating;
import dev.berth.config.FloorConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The queues that keep containers though nobody calls, and which of them has too few. Together they are bounded, so
 * that no caller takes the node by an annotation. Times in nanoseconds; moments are of the caller's clock, which may
 * wrap round.
 */
final class Floors {
    private static final long FIRST_PAUSE_NANOS = 1_000_000_000;
    private static final long LONGEST_PAUSE_NANOS = 300_000_000_000L;
    private static final int LONGEST_SHIFT = 9;

    private final FloorConfig config;
    private final Room room;
    private final Slots slots;
    private final Queues queues;
    private final long lasts;
    private final Set<SlotQueue> kept = new LinkedHashSet<>();
    private final Set<SlotQueue> lacking = new LinkedHashSet<>();
    private long bytes;
    private long cpuMillis;

    /** When the first of those kept may have to end; of no meaning while there is none. */
    private long look;

    /** The container that was launched last for a floor. */
    private @Nullable Slot raised;

    Floors(FloorConfig config, Room room, Slots slots, Queues queues) {
        this.config = config;
        this.room = room;
        this.slots = slots;
        this.queues = queues;
        this.lasts = Saturating.nanos(config.lasts());
    }

    /** A call with this specification has come, the first of the queue or a later one: the newest counts. */
    void called(SlotQueue queue, ContainerSpec spec, long now) {
        int asked = spec.options().minIdle();
        queue.calledAt = now;
        if (asked > 0 || queue.floor > 0) {
            release(queue);
            set(queue, queue.evictable && queue.reusable ? Math.min(asked, most(queue.reservation)) : 0, now);
        }
    }

    /** The other queues of its function have old settings, and keep none any more. */
    void opened(SlotQueue opened, long now) {
        if (!kept.isEmpty()) {
            Demands.Function function = Demands.Function.of(opened.template());
            for (SlotQueue queue : List.copyOf(kept)) {
                if (queue != opened && Demands.Function.of(queue.template()).equals(function)) {
                    end(queue, now);
                }
            }
        }
    }

    /** How many are in bounds beside those of other queues. */
    private int most(Reservation each) {
        double most = config.most();
        if (each.bytes() > 0) {
            most = Math.min(most, (room.totalBytes() * config.share() - bytes) / each.bytes());
        }
        if (each.cpuMillis() > 0) {
            most = Math.min(most, (room.totalCpuMillis() * config.share() - cpuMillis) / each.cpuMillis());
        }
        return (int) Math.max(0, most);
    }

    private void set(SlotQueue queue, int floor, long now) {
        boolean falls = floor < queue.floor;
        if (floor != queue.floor) {
            queue.floor = floor;
            queue.changed();
        }
        bytes += floor * queue.reservation.bytes();
        cpuMillis += floor * queue.reservation.cpuMillis();
        if (floor > 0) {
            look = kept.isEmpty() ? now + lasts : look;
            kept.add(queue);
        } else {
            kept.remove(queue);
        }
        review(queue);
        if (falls) {
            slots.floorFell(queue, now);
        }
    }

    private void release(SlotQueue queue) {
        bytes -= queue.floor * queue.reservation.bytes();
        cpuMillis -= queue.floor * queue.reservation.cpuMillis();
    }

    private void end(SlotQueue queue, long now) {
        release(queue);
        set(queue, 0, now);
        queues.closeIfUnused(queue);
    }

    /** None is kept any more. */
    void endAll(long now) {
        List.copyOf(kept).forEach(queue -> end(queue, now));
    }

    /** Must follow every change of how many containers a queue has. */
    void review(SlotQueue queue) {
        if (queue.live() < queue.floor) {
            lacking.add(queue);
        } else {
            lacking.remove(queue);
        }
    }

    /** Ends those of queues that have not been called for too long. */
    void timePassed(long now) {
        if (kept.isEmpty() || look - now > 0) {
            return;
        }
        look = now + lasts;
        for (SlotQueue queue : List.copyOf(kept)) {
            long over = queue.calledAt + lasts;
            if (over - now <= 0) {
                end(queue, now);
            } else if (over - look < 0) {
                look = over;
            }
        }
    }

    /** A container does not come up, or ends by itself: the next is not launched at once. Not if it was to go anyway. */
    static void failed(Slot slot, long now) {
        if (slot.state == Slot.State.ENDING) {
            return;
        }
        SlotQueue queue = slot.queue;
        long pause = FIRST_PAUSE_NANOS << Math.min(LONGEST_SHIFT, queue.floorFailures++);
        queue.floorPause = now + Math.min(pause, LONGEST_PAUSE_NANOS);
    }

    /** Its containers run calls. */
    static void works(SlotQueue queue) {
        queue.floorFailures = 0;
    }

    /** A queue to launch one more container of; one at a time starts so. Null: none now. */
    @Nullable
    SlotQueue next(long now) {
        if (lacking.isEmpty() || isRaising()) {
            return null;
        }
        for (SlotQueue queue : lacking) {
            if (mayRise(queue) && !isPausing(queue, now)) {
                return queue;
            }
        }
        return null;
    }

    /** One launched for a call since the last {@link #review} may have been enough. */
    private boolean mayRise(SlotQueue queue) {
        return queue.live() < queue.floor && room.hasNow(queue.reservation);
    }

    private static boolean isPausing(SlotQueue queue, long now) {
        return queue.floorFailures > 0 && queue.floorPause - now > 0;
    }

    private boolean isRaising() {
        return raised != null && raised.state == Slot.State.STARTING;
    }

    void raise(Slot launched) {
        raised = launched;
    }

    /**
     * When to look again, at {@link #timePassed} and, unless somebody lacks room, at {@link #next}.
     *
     * @param free whether nobody does
     */
    OptionalLong nextLook(boolean free, long now) {
        if (kept.isEmpty()) {
            return OptionalLong.empty();
        }
        long next = look;
        if (free && !lacking.isEmpty() && !isRaising()) {
            for (SlotQueue queue : lacking) {
                if (mayRise(queue)) {
                    long due = isPausing(queue, now) ? queue.floorPause : now;
                    next = due - next < 0 ? due : next;
                }
            }
        }
        return OptionalLong.of(next);
    }
}
