package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.SlotKey;
import dev.berth.config.KeepConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What must hold of a {@link SlotTable} after each of its turns, whatever it has decided. */
final class SlotInvariants {
    private final SlotBooks books;
    private final SlotTable table;
    private final boolean nonBlocking;
    private final KeepConfig keeping;
    private final Map<Long, WorldCall> calls;
    /** The table's queues, as its changes have told of them. */
    private final Map<SlotKey, NodeSnapshot.Queue> told = new HashMap<>();

    /** When each queue with calls put off is looked at again, and how long a start of each took, after the last turn. */
    private final Map<SlotKey, Long> alarms = new HashMap<>();

    private final Map<SlotKey, Long> starts = new HashMap<>();

    private long now;

    SlotInvariants(
            SlotBooks books, SlotTable table, boolean nonBlocking, KeepConfig keeping, Map<Long, WorldCall> calls) {
        this.books = books;
        this.table = table;
        this.nonBlocking = nonBlocking;
        this.keeping = keeping;
        this.calls = calls;
    }

    /** After a turn of the table. */
    void check(long nowNanos) {
        now = nowNanos;
        NodeSnapshot snapshot = table.snapshot();
        long bytes = 0;
        long cpu = 0;
        long going = 0;
        for (WorldContainer container : books.known.values()) {
            bytes += container.spec.reservedBytes();
            cpu += container.spec.cpuMillis();
            going += container.condemned ? 1 : 0;
        }
        assertThat(snapshot.memoryUsedBytes()).isEqualTo(bytes).isLessThanOrEqualTo(WorldSettings.TOTAL_MIB * MIB);
        assertThat(snapshot.cpuUsedMillis()).isEqualTo(cpu).isLessThanOrEqualTo(WorldSettings.TOTAL_CPU);
        int waiting = 0;
        for (NodeSnapshot.Queue queue : snapshot.queues()) {
            waiting += queue.waiting();
            assertThat(queue.waiting())
                    .isEqualTo(books.queued.getOrDefault(queue.key(), List.of()).size());
            if (queue.waiting() > 0) {
                assertThat(queue.idle()).as("waits beside an idle slot").isZero();
                assertThat(queue.calls())
                        .as("waits beside a slot that takes more")
                        .isEqualTo(queue.busy() * queue.seats());
            }
            if (nonBlocking
                    && books.mayLaunch(queue.key()).size() > queue.starting() * queue.seats()
                    && going == 0
                    && !hopes(queue.key())) {
                assertThat(queue.busy() + queue.starting())
                        .as("waits for nothing")
                        .isPositive();
                assertThat(longestPutOff(queue)).as("put off for too long").isLessThan(WorldSettings.NON_BLOCKING_WAIT);
            }
            assertThat(queue.paused()).isBetween(0, queue.idle());
            assertThat(snapshot.draining() && queue.idle() > 0)
                    .as("idle while draining")
                    .isFalse();
            assertThat(queue.busy()).isNotNegative();
            assertThat(queue.calls())
                    .isBetween(queue.busy(), queue.busy() * queue.seats())
                    .isEqualTo(leases(queue.key()));
        }
        assertThat(waiting).isEqualTo(books.waiting());
        floors(snapshot);
        table.queues.all().forEach(queue -> everybodyHasAPlace(queue, snapshot.draining()));
        starts.clear();
        table.queues.all().forEach(queue -> starts.put(queue.key(), table.starts.expectedNanos(queue.demand)));
        books.held.clear();
        table.queues.all().forEach(this::noteHeld);
        for (NodeSnapshot.Queue queue : table.changes().queues()) {
            if (queue.isGone()) {
                told.remove(queue.key());
            } else {
                told.put(queue.key(), queue);
            }
        }
        assertThat(told.values()).as("told by changes").containsExactlyInAnyOrderElementsOf(present(snapshot));
        assertThat(calls.values()).as("waits for a lost node").noneMatch(call -> call.lost && books.isQueued(call));
    }

    private void floors(NodeSnapshot snapshot) {
        double keptBytes = 0;
        double keptCpu = 0;
        boolean lacking = false;
        for (SlotQueue queue : table.queues.all()) {
            assertThat(queue.floor)
                    .as("kept")
                    .isBetween(
                            0,
                            Math.min(
                                    keeping.floor().most(),
                                    books.draining ? 0 : books.wished.getOrDefault(queue.key(), 0)));
            keptBytes += queue.floor * queue.reservation.bytes();
            keptCpu += queue.floor * queue.reservation.cpuMillis();
            lacking |= queue.live() < queue.floor
                    && queue.reservation.bytes() <= snapshot.memoryTotalBytes() - snapshot.memoryUsedBytes()
                    && queue.reservation.cpuMillis() <= snapshot.cpuTotalMillis() - snapshot.cpuUsedMillis()
                    && queue.starting == 0;
        }
        assertThat(keptBytes).isLessThanOrEqualTo(keeping.floor().share() * WorldSettings.TOTAL_MIB * MIB);
        assertThat(keptCpu).isLessThanOrEqualTo(keeping.floor().share() * WorldSettings.TOTAL_CPU);
        if (lacking && table.queues.all().stream().allMatch(queue -> queue.starved.isEmpty() && queue.starting == 0)) {
            assertThat(table.nextDeadlineNanos().getAsLong() - now)
                    .as("lacks what is to be kept")
                    .isLessThanOrEqualTo(Duration.ofMinutes(5).toNanos());
        }
    }

    private int leases(SlotKey key) {
        return books.known.values().stream()
                .filter(container -> container.spec.key().equals(key) && !container.condemned)
                .mapToInt(container -> container.knownLeases.size())
                .sum();
    }

    /** Of those who have no container on its way, how long the first has waited. */
    private Duration longestPutOff(NodeSnapshot.Queue queue) {
        List<Long> tickets = books.mayLaunch(queue.key());
        return Duration.ofNanos(now - calls.get(tickets.get(queue.starting() * queue.seats())).arrived);
    }

    /**
     * A container that comes, a place among those who lack room, or one among those put off and an alarm; or, of those
     * who wait for existing containers only, one that exists.
     */
    private void everybodyHasAPlace(SlotQueue queue, boolean draining) {
        int own = 0;
        int starting = 0;
        for (Waiter waiter = queue.waiting.first(); waiter != null; waiter = waiter.inWaiting.next()) {
            own += waiter.launch == null ? 0 : 1;
            starting += waiter.launch != null && waiter.launch.state == Slot.State.STARTING ? 1 : 0;
            boolean behind = !queue.parked.isEmpty() && queue.parked.first().arrival < waiter.arrival;
            assertThat(behind && waiter.launch != null && books.launchedNow.contains(waiter.launch.id))
                    .as("launched for one behind those put off")
                    .isFalse();
        }
        int others = books.mayLaunch(queue.key()).size();
        assertThat(own + queue.relying.size() + queue.starved.size() + queue.parked.size())
                .as("places")
                .isEqualTo(others);
        assertThat(queue.existingOnly).as("waits for existing ones").isEqualTo(queue.waiting.size() - others);
        if (queue.existingOnly > 0) {
            assertThat(queue.busy() + queue.starting)
                    .as("waits for existing ones and there are none")
                    .isPositive();
        }
        assertThat(starting + queue.relying.size()).as("covered").isLessThanOrEqualTo(queue.starting * queue.seats);
        assertThat(queue.alarmSet && queue.parked.isEmpty())
                .as("alarm for nobody")
                .isFalse();
        inOrder(queue.relying, queue.starved);
        inOrder(queue.relying, queue.parked);
        inOrder(queue.starved, queue.parked);
        if (queue.parked.isEmpty()) {
            return;
        }
        assertThat(draining).as("put off while draining").isFalse();
        assertThat(queue.busy() + queue.starting).as("put off for nothing").isPositive();
        assertThat(table.queues.all()).as("put off while others lack room").allMatch(each -> each.starved.isEmpty());
        if (queue.alarmSet) {
            assertThat(queue.alarm - now).as("alarm").isPositive();
            assertThat(table.nextDeadlineNanos().getAsLong() - queue.alarm).isLessThanOrEqualTo(0);
            Long before = alarms.put(queue.key(), queue.alarm);
            if (before == null || before != queue.alarm) {
                notForLongerThanAStart(queue);
            }
        } else {
            assertThat(queue.starting).as("put off without an alarm").isPositive();
            assertThat(nonBlocking || queue.busy() > 0 || queue.demand.isMeasured())
                    .isFalse();
        }
    }

    /** Of a queue that has just been looked at: how long a start takes may have changed since an earlier turn. */
    private void notForLongerThanAStart(SlotQueue queue) {
        long start = Math.max(1, starts.getOrDefault(queue.key(), Starts.UNKNOWN_NANOS));
        start = Math.max(start, table.starts.expectedNanos(queue.demand));
        if (queue.busy() > 0) {
            long came = queue.parked.first().since;
            long end = start + (came - queue.busySince > 0 ? came : queue.busySince);
            assertThat(end - now).as("put off for too long").isPositive();
            assertThat(queue.alarm - end).as("alarm").isNotPositive();
        } else if (queue.demand.isMeasured()) {
            assertThat(Math.min(queue.alarm - (now + 1), queue.alarm - (queue.launched + start)))
                    .as("alarm")
                    .isNotPositive();
        }
    }

    /** What may be evicted is books.known to whoever evicts, and what is books.held is not. */
    private void noteHeld(SlotQueue queue) {
        for (Slot slot = queue.idle.first(); slot != null; slot = slot.inIdle.next()) {
            assertThat(slot.inEvictable.isLinked()).as("evictable").isEqualTo(queue.evictable && !slot.held);
            if (slot.held) {
                assertThat(queue.evictable).as("held").isTrue();
                assertThat(slot.heldUntil - now)
                        .as("held")
                        .isBetween(1L, Duration.ofSeconds(1).toNanos());
                assertThat(table.nextDeadlineNanos().getAsLong() - slot.heldUntil)
                        .isNotPositive();
                books.held.put(slot.id, slot.heldUntil);
            }
        }
    }

    /** Whether somebody of the queue waits for room that is books.held, and for how long that is at most. */
    private boolean hopes(SlotKey key) {
        boolean hopes = false;
        for (Waiter waiter : table.queues.find(key).starved) {
            if (waiter.hopes) {
                hopes = true;
                assertThat(waiter.hopesUntil - now).as("hopes").isPositive();
                assertThat(Duration.ofNanos(waiter.hopesUntil - now))
                        .as("hopes for too long")
                        .isLessThanOrEqualTo(WorldSettings.NON_BLOCKING_WAIT.plusSeconds(1));
                assertThat(table.nextDeadlineNanos().getAsLong() - waiter.hopesUntil)
                        .isNotPositive();
            }
        }
        return hopes;
    }

    private static void inOrder(TreeSet<Waiter> before, TreeSet<Waiter> after) {
        if (!before.isEmpty() && !after.isEmpty()) {
            assertThat(before.last().arrival).isLessThan(after.first().arrival);
        }
    }

    /** Without those of which only containers that are being removed are left. */
    private static List<NodeSnapshot.Queue> present(NodeSnapshot snapshot) {
        return snapshot.queues().stream().filter(queue -> !queue.isGone()).toList();
    }
}
