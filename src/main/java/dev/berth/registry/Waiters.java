package dev.berth.registry;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every call that waits on this node, and the accounts of which of them have a container on its way. Those
 * without one are handed to {@link Placement}.
 */
final class Waiters {
    private final Map<Waiter.Id, Waiter> byId = new LinkedHashMap<>();
    private final TreeSet<Waiter> impatient = new TreeSet<>(Waiters::byDeadline);
    private final Placement placement;
    private long arrivals;

    Waiters(Placement placement) {
        this.placement = placement;
    }

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    private static int byDeadline(Waiter one, Waiter other) {
        int byDeadline = Long.signum(one.deadline - other.deadline);
        return byDeadline != 0 ? byDeadline : Waiter.BY_ARRIVAL.compare(one, other);
    }

    /** Somebody who has waited too long; null if nobody has. */
    @Nullable
    Waiter firstOverdue(long now) {
        return impatient.isEmpty() || impatient.first().deadline - now > 0 ? null : impatient.first();
    }

    OptionalLong nextDeadline() {
        return impatient.isEmpty() ? OptionalLong.empty() : OptionalLong.of(impatient.first().deadline);
    }

    int size() {
        return byId.size();
    }

    @Nullable
    Waiter find(Waiter.Id id) {
        return byId.get(id);
    }

    /** In order of arrival; a copy. */
    List<Waiter> all() {
        return List.copyOf(byId.values());
    }

    /** A second request under the same name is the same request. */
    void add(AcquireSlot request, SlotQueue queue, long now) {
        Waiter waiter = new Waiter(request, queue, arrivals + 1, now);
        if (byId.putIfAbsent(waiter.id, waiter) == null) {
            arrivals++;
            if (!waiter.patient) {
                impatient.add(waiter);
            }
            queue.waiting.addLast(waiter.inWaiting);
            queue.changed();
            admit(waiter);
        }
    }

    /** Served, refused or cancelled. A container that starts for it goes on starting, for nobody in particular. */
    void leave(Waiter waiter) {
        byId.remove(waiter.id);
        if (!waiter.patient) {
            impatient.remove(waiter);
        }
        waiter.inWaiting.unlink();
        waiter.queue.changed();
        if (waiter.launch != null) {
            waiter.launch.cause = null;
            waiter.launch = null;
        } else if (!waiter.queue.relying.remove(waiter)) {
            withdraw(waiter);
        }
    }

    /** A container was launched for this starved waiter. */
    void cover(Waiter waiter, Slot launched) {
        withdraw(waiter);
        waiter.launch = launched;
        launched.cause = waiter;
    }

    /** The container that was launched for somebody has started, and goes to whoever has waited longest. */
    void uncoverCauseOf(Slot started) {
        Waiter waiter = started.cause;
        if (waiter != null) {
            waiter.launch = null;
            started.cause = null;
            admit(waiter);
        }
    }

    /** Must follow every change of a queue's waiters or of how many of its containers are starting. */
    void balance(SlotQueue queue) {
        int uncovered = queue.uncovered();
        while (queue.starved.size() > uncovered) {
            Waiter first = queue.starved.first();
            withdraw(first);
            queue.relying.add(first);
        }
        while (queue.starved.size() < uncovered) {
            Waiter last = queue.relying.last();
            queue.relying.remove(last);
            starve(last);
        }
    }

    /** Keeps those who rely ahead of those who starve. */
    private void admit(Waiter waiter) {
        SlotQueue queue = waiter.queue;
        if (!queue.starved.isEmpty() && queue.starved.first().arrival < waiter.arrival) {
            starve(waiter);
        } else {
            queue.relying.add(waiter);
        }
    }

    private void starve(Waiter waiter) {
        waiter.queue.starved.add(waiter);
        placement.add(waiter);
    }

    private void withdraw(Waiter waiter) {
        waiter.queue.starved.remove(waiter);
        placement.remove(waiter);
    }
}
