package dev.berth.registry;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.registry.WaitPolicy.Line;
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
    private final WaitPolicy policy;
    private final Starts starts;
    private final Parked parked = new Parked();
    private long arrivals;

    Waiters(Placement placement, WaitPolicy policy, Starts starts) {
        this.placement = placement;
        this.policy = policy;
        this.starts = starts;
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
            if (waiter.existingOnly) {
                queue.existingOnly++;
            } else {
                admit(waiter);
            }
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
        if (waiter.existingOnly) {
            waiter.queue.existingOnly--;
        } else if (waiter.launch != null) {
            waiter.launch.cause = null;
            waiter.launch = null;
        } else if (!waiter.queue.relying.remove(waiter) && !waiter.queue.parked.remove(waiter)) {
            withdraw(waiter);
        }
    }

    /** Somebody who waits for what is there, where nothing is; null if there is nobody. */
    @Nullable
    Waiter waitingInVain(SlotQueue queue) {
        if (queue.existingOnly == 0 || queue.hasContainers()) {
            return null;
        }
        Waiter waiter = queue.waiting.first();
        while (waiter != null && !waiter.existingOnly) {
            waiter = waiter.inWaiting.next();
        }
        return waiter;
    }

    /** A container was launched for this starved waiter. */
    void cover(Waiter waiter, Slot launched) {
        withdraw(waiter);
        waiter.launch = launched;
        launched.cause = waiter;
        launched.displacing = waiter.displacing;
        // It may take more calls than that one, and nobody is to go for these.
        rely(waiter.queue);
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

    /** Must follow every change of a queue's waiters or containers. */
    void balance(SlotQueue queue, long now) {
        queue.callsChanged(now);
        queue.backlog.pass(WaitPolicy.backlogFade(startNanos(queue)), now);
        boolean mayPark = policy.isOn() && queue.reusable && !queue.reservation.isNothing() && !placement.lacksRoom();
        cover(queue, mayPark);
        review(queue, now);
    }

    /** Instead of {@link #balance}, after a launch has failed: as things stand, others may fail too. */
    void hurry(SlotQueue queue, long now) {
        cover(queue, false);
        release(queue);
        review(queue, now);
    }

    /** Somebody is going to lack room, so nobody is put off any more. Returns whether anybody was. */
    boolean releaseAll() {
        List<SlotQueue> queues = parked.all();
        for (SlotQueue queue : queues) {
            release(queue);
            parked.remove(queue);
        }
        return !queues.isEmpty();
    }

    /** A queue in which somebody may have been put off for long enough; null if there is none now. */
    @Nullable
    SlotQueue firstDue(long now) {
        return parked.firstDue(now);
    }

    OptionalLong nextAlarm() {
        return parked.nextAlarm();
    }

    /** Those who came first are those who rely on what is starting. */
    private void cover(SlotQueue queue, boolean mayPark) {
        rely(queue);
        int uncovered = queue.uncovered();
        while (queue.starved.size() + queue.parked.size() < uncovered) {
            Waiter last = queue.relying.last();
            queue.relying.remove(last);
            if (mayPark && queue.starved.isEmpty()) {
                park(last);
            } else {
                starve(last);
            }
        }
    }

    private void rely(SlotQueue queue) {
        int uncovered = queue.uncovered();
        while (queue.starved.size() + queue.parked.size() > uncovered) {
            Waiter first = queue.starved.isEmpty() ? queue.parked.first() : queue.starved.first();
            if (!queue.parked.remove(first)) {
                withdraw(first);
            }
            queue.relying.add(first);
        }
    }

    /** Those put off who must not be any longer starve. */
    private void review(SlotQueue queue, long now) {
        if (!queue.parked.isEmpty()) {
            Line line = line(queue);
            int wanted = policy.wanted(line, now);
            if (WaitPolicy.isTooMuch(queue.backlog, line.start())) {
                queue.backlog.clear();
                wanted = Math.max(1, wanted);
            }
            while (!queue.parked.isEmpty() && (wanted-- > 0 || policy.isOver(line, queue.parked.first().since, now))) {
                starve(queue.parked.pollFirst());
            }
        }
        if (queue.parked.isEmpty()) {
            parked.remove(queue);
        } else {
            parked.put(queue, policy.nextLook(line(queue), queue.parked.first().since, now));
        }
        // Those count for whom nothing starts, while a container runs that they wait for.
        boolean counts = queue.demand.isMeasured() && queue.busy() > 0;
        queue.backlog.set(counts ? queue.parked.size() + queue.existingOnly : 0);
    }

    /**
     * Somebody who waits for existing containers only where calls have waited so much that one more is worth its start,
     * and nobody is there for whom it could be started here: the last, who would wait longest. Null if there is nobody.
     */
    @Nullable
    Waiter oneTooMany(SlotQueue queue) {
        if (queue.existingOnly == 0 || !WaitPolicy.isTooMuch(queue.backlog, startNanos(queue))) {
            return null;
        }
        queue.backlog.clear();
        Waiter waiter = queue.waiting.last();
        while (waiter != null && !waiter.existingOnly) {
            waiter = waiter.inWaiting.previous();
        }
        return waiter;
    }

    private long startNanos(SlotQueue queue) {
        return Math.max(1, starts.expectedNanos(queue.demand));
    }

    private Line line(SlotQueue queue) {
        Demand demand = queue.demand;
        return new Line(
                queue.waiting.size(),
                queue.busy(),
                queue.starting,
                queue.starved.size(),
                demand.isMeasured(),
                demand.serviceNanos(),
                startNanos(queue),
                queue.busySince,
                demand.isMeasured() || demand.isTried() ? queue.granted : queue.busySince,
                queue.launched,
                queue.seats);
    }

    private void release(SlotQueue queue) {
        while (!queue.parked.isEmpty()) {
            starve(queue.parked.pollFirst());
        }
    }

    /** Keeps those who rely ahead of those who starve, and these ahead of those put off. */
    private void admit(Waiter waiter) {
        SlotQueue queue = waiter.queue;
        if (!queue.parked.isEmpty() && queue.parked.first().arrival < waiter.arrival) {
            park(waiter);
        } else if (!queue.starved.isEmpty() && queue.starved.first().arrival < waiter.arrival) {
            starve(waiter);
        } else {
            queue.relying.add(waiter);
        }
    }

    private static void park(Waiter waiter) {
        waiter.queue.parked.add(waiter);
        waiter.putOff = true;
    }

    private void starve(Waiter waiter) {
        waiter.putOff = false;
        waiter.queue.starved.add(waiter);
        placement.add(waiter);
    }

    private void withdraw(Waiter waiter) {
        waiter.queue.starved.remove(waiter);
        placement.remove(waiter);
    }
}
