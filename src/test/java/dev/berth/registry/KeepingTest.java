package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.config.FloorConfig;
import dev.berth.config.KeepConfig;
import dev.berth.config.KeepConfig.Evict;
import dev.berth.config.KeepConfig.Keep;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Which idle containers are kept, and which go first. */
final class KeepingTest {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MAX_IDLE = Duration.ofMinutes(10);
    private static final KeepConfig LRU =
            new KeepConfig(Keep.TIMEOUT, MAX_IDLE, Duration.ZERO, Evict.LRU, FloorConfig.DEFAULT);
    private static final KeepConfig BY_VALUE =
            new KeepConfig(Keep.VALUE, MAX_IDLE, Duration.ZERO, Evict.VALUE, FloorConfig.DEFAULT);

    private static final Duration START = Duration.ofMillis(300);
    private static final ContainerSpec OFTEN = patient("often");
    private static final ContainerSpec RARE = patient("rare");

    /** One function is called every ten seconds, another, last of all, every three minutes. */
    private static TableDriver oftenAndRare(KeepConfig config) {
        TableDriver node = TableDriver.keeping(config, 2);
        idle(node, "often", OFTEN);
        idle(node, "rare", RARE);
        for (int i = 1; i <= 180; i++) {
            node.pass(Duration.ofSeconds(10));
            again(node, "often" + i, OFTEN);
            if (i % 18 == 0) {
                again(node, "rare" + i, RARE);
            }
        }
        return node;
    }

    private static ContainerSpec patient(String name) {
        return spec(name, 1, 0, 0, Duration.ofMinutes(10), null);
    }

    /** As {@link TableDriver#idle}, but a start takes its time. */
    private static String idle(TableDriver node, String call, ContainerSpec spec) {
        Command.Launch launch = (Command.Launch) node.call(call, spec).get(0);
        node.pass(START);
        Command.Grant grant = (Command.Grant) node.ready(launch.containerId()).get(0);
        node.release(grant.containerId(), grant.lease());
        return launch.containerId();
    }

    private static void again(TableDriver node, String call, ContainerSpec spec) {
        Command.Grant grant = (Command.Grant) node.call(call, spec).get(0);
        node.release(grant.containerId(), grant.lease());
    }

    @Test
    void whatIsCalledOftenStaysThoughItHasBeenIdleForLonger() {
        TableDriver node = oftenAndRare(KeepConfig.DEFAULT);
        node.pass(Duration.ofSeconds(5));

        assertThat(told(node.call("x", spec("other", 1)))).containsExactly(remove("c2", Reason.EVICTED));
    }

    @Test
    void whatHasBeenIdleForLongestGoesWhereNothingElseIsAskedFor() {
        TableDriver node = oftenAndRare(LRU);
        node.pass(Duration.ofSeconds(5));

        assertThat(told(node.call("x", spec("other", 1)))).containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void whatHasStoppedBeingCalledIsWorthLessAndLess() {
        TableDriver node = oftenAndRare(KeepConfig.DEFAULT);
        node.pass(Duration.ofSeconds(100));

        assertThat(told(node.call("x", spec("other", 1)))).containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void theSecondContainerOfWhatIsCalledOneByOneGoesFirst() {
        TableDriver node = oftenAndRare(KeepConfig.DEFAULT);
        node.clear(RARE);
        node.gone("c2");
        Command.Grant one = (Command.Grant) node.call("one", OFTEN).get(0);
        node.call("two", OFTEN);
        node.pass(Duration.ofSeconds(1));
        Command.Grant two = (Command.Grant) node.ready("c3").get(0);
        node.release(two.containerId(), two.lease());
        node.release(one.containerId(), one.lease());
        node.pass(Duration.ofSeconds(5));

        assertThat(told(node.call("x", spec("other", 1)))).containsExactly(remove("c3", Reason.EVICTED));
    }

    @Test
    void whatEndsByItselfAgainAndAgainIsWorthLittle() {
        TableDriver node = TableDriver.keeping(KeepConfig.DEFAULT, 2);
        for (int i = 0; i < 20; i++) {
            String container = idle(node, "good" + i, spec("good", 1));
            if (i < 19) {
                node.clear(spec("good", 1));
                node.gone(container);
            }
            node.pass(Duration.ofMillis(1500));
            container = idle(node, "bad" + i, spec("bad", 1));
            if (i < 19) {
                node.ending(container);
                node.gone(container);
            }
            node.pass(Duration.ofMillis(500));
        }

        assertThat(told(node.call("x", spec("other", 1)))).containsExactly(remove("c40", Reason.EVICTED));
    }

    @Test
    void unlessItIsAskedForNothingOutlivesItsFunctionsIdleTimeout() {
        TableDriver node = TableDriver.keeping(KeepConfig.DEFAULT, 10);
        node.idle("a", spec("one", 1));

        assertThat(node.pass(IDLE_TIMEOUT.minusNanos(1))).isEmpty();
        assertThat(told(node.pass(Duration.ofNanos(1)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
    }

    @Test
    void byValueContainersAreKeptUpToTheLimit() {
        TableDriver node = TableDriver.keeping(BY_VALUE, 10);
        node.idle("a", spec("one", 1));
        node.idle("b", spec("patient", 1, 0, 0, MAX_IDLE.plusSeconds(1), null));
        node.idle("c", spec("status", 0));

        assertThat(told(node.pass(IDLE_TIMEOUT))).containsExactly(remove("c3", Reason.IDLE_TIMEOUT));
        assertThat(node.pass(MAX_IDLE.minus(IDLE_TIMEOUT).minusNanos(1))).isEmpty();
        assertThat(told(node.pass(Duration.ofNanos(1)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
        assertThat(told(node.pass(Duration.ofSeconds(1)))).containsExactly(remove("c2", Reason.IDLE_TIMEOUT));
    }

    @Test
    void whatSavesTooLittleIsLetGoAndWhatSavesEnoughIsKept() {
        KeepConfig atLeast = new KeepConfig(
                Keep.VALUE, Duration.ofHours(1), Duration.ofMinutes(30), Evict.VALUE, FloorConfig.DEFAULT);
        TableDriver node = TableDriver.keeping(atLeast, 10);
        node.call("one", OFTEN);
        node.call("two", OFTEN);
        node.pass(START);
        Command.Grant one = (Command.Grant) node.ready("c1").get(0);
        Command.Grant two = (Command.Grant) node.ready("c2").get(0);
        node.release("c1", one.lease());
        node.release("c2", two.lease());
        List<String> gone = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            gone.addAll(told(node.pass(Duration.ofSeconds(10))));
            again(node, "often" + i, OFTEN);
        }
        assertThat(gone).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));

        assertThat(passUntilRemoved(node, "c2")).isBetween(Duration.ofSeconds(10), Duration.ofMinutes(10));
    }

    /** Returns how long that took. Nothing else is removed before. */
    private static Duration passUntilRemoved(TableDriver node, String container) {
        long begin = node.now();
        while (true) {
            List<Command> commands = node.pass(Duration.ofMillis(100));
            if (!commands.isEmpty()) {
                assertThat(told(commands)).containsExactly(remove(container, Reason.IDLE_TIMEOUT));
                return Duration.ofNanos(node.now() - begin);
            }
        }
    }

    @Test
    void ofAQueueTheContainerIdleForLongestIsLetGoFirst() {
        KeepConfig atLeast =
                new KeepConfig(Keep.VALUE, MAX_IDLE, Duration.ofDays(30), Evict.VALUE, FloorConfig.DEFAULT);
        TableDriver node = TableDriver.keeping(atLeast, 10);
        Command.Grant one = node.busy("a", spec("fn", 1));
        Command.Grant two = node.busy("b", spec("fn", 1));
        node.release(two.containerId(), two.lease());
        node.pass(Duration.ofMillis(500));
        node.release(one.containerId(), one.lease());

        passUntilRemoved(node, two.containerId());
        passUntilRemoved(node, one.containerId());
    }

    @Property(tries = 500)
    void thoseWorthLeastGoFirst(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 5) Integer> worths,
            @ForAll @IntRange(min = 1, max = 12) int wanted) {
        Map<String, Integer> byName = new HashMap<>();
        Evictable evictable = new Evictable((queue, containers, now) -> byName.get(queue.image()));
        List<Slot> slots = new ArrayList<>();
        for (int worth : worths) {
            SlotQueue queue = Specs.queue(spec("q" + slots.size(), 1));
            byName.put(queue.image(), worth);
            Slot slot = new Slot("c" + slots.size(), queue, 0, slots.size());
            queue.containers++;
            queue.idle.addLast(slot.inIdle);
            evictable.add(slot);
            slots.add(slot);
        }
        List<Slot> expected = slots.stream()
                .sorted(Comparator.comparingInt(slot -> byName.get(slot.queue.image())))
                .toList();

        List<Slot> picked = evictable.cover(wanted * Specs.MIB, 0, 0);

        assertThat(picked).isEqualTo(wanted <= slots.size() ? expected.subList(0, wanted) : List.of());
    }

    // What has just started on room that others had to give up.

    /** Two functions in room for one: c1 of the first is idle, and c2 of the second has started in its place. */
    private static Command.Grant displaced(TableDriver node) {
        node.idle("a", spec("one", 1));
        assertThat(told(node.call("b", spec("two", 1)))).containsExactly(remove("c1", Reason.EVICTED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
        node.pass(START);
        return (Command.Grant) node.ready("c2").get(0);
    }

    @Test
    void whatOthersWentForIsKeptForAsLongAsItsStartTook() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant grant = displaced(node);
        node.release("c2", grant.lease());

        assertThat(node.call("c", spec("one", 1))).isEmpty();
        assertThat(told(node.call("d", spec("two", 1)))).containsExactly(grant("c2", "d"));
        node.release("c2", grant.lease() + 1);
        assertThat(node.pass(Duration.ofMillis(100))).isEmpty();
        assertThat(told(node.pass(Duration.ofMillis(900)))).containsExactly(remove("c2", Reason.EVICTED));
    }

    @Test
    void whenItsTimeIsOverItGoesAtItsFirstIdleMoment() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant grant = displaced(node);
        assertThat(node.call("c", spec("one", 1))).isEmpty();
        assertThat(node.pass(Duration.ofSeconds(1))).isEmpty();

        assertThat(told(node.release("c2", grant.lease()))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void itGoesAtOnceForACallThatHasFoundItIdle() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant grant = displaced(node);
        node.release("c2", grant.lease());
        node.pass(Duration.ofNanos(1));

        assertThat(told(node.call("c", spec("one", 1)))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void itDoesNotGoForOneThatCameWhileItRanACall() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant grant = displaced(node);
        assertThat(node.call("c", spec("one", 1))).isEmpty();
        node.pass(Duration.ofMillis(1));

        assertThat(node.release("c2", grant.lease())).isEmpty();
        node.pass(Duration.ofMillis(1));
        // Nor for one behind that.
        assertThat(node.call("d", spec("three", 1))).isEmpty();
    }

    @Test
    void itDoesNotGoForOneThatItWouldNotBeEnoughFor() {
        TableDriver node = TableDriver.nonBlocking(2);
        node.busy("long", spec("long", 1));
        idle(node, "a", spec("one", 1));
        node.call("b", spec("two", 1));
        node.gone("c2");
        node.pass(START);
        Command.Grant grant = (Command.Grant) node.ready("c3").get(0);
        node.release("c3", grant.lease());
        node.pass(Duration.ofMillis(1));
        assertThat(told(node.call("c", spec("big", 2)))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
        node.call("d", spec("two", 1));
        assertThat(node.call("e", spec("one", 1))).isEmpty();
    }

    @Test
    void itMayBeGivenUpForOneThatNeedsMoreThanItWhenItsTimeIsOver() {
        TableDriver node = TableDriver.blocking(2);
        node.busy("long", spec("long", 1));
        node.idle("a", spec("one", 1));
        node.call("b", spec("two", 1));
        node.gone("c2");
        node.pass(START);
        Command.Grant grant = (Command.Grant) node.ready("c3").get(0);
        node.release("c3", grant.lease());
        assertThat(node.call("c", spec("big", 2))).isEmpty();

        assertThat(told(node.pass(Duration.ofSeconds(1)))).containsExactly(remove("c3", Reason.EVICTED));
    }

    @Test
    void whatStartedOnRoomThatWasFreeIsNotKeptForAnything() {
        TableDriver node = TableDriver.blocking(1);
        node.idle("a", spec("one", 1));

        assertThat(told(node.call("b", spec("two", 1)))).containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void inNonBlockingModeACallWaitsForThatRoom() {
        TableDriver node = TableDriver.nonBlocking(1);
        Command.Grant grant = displaced(node);

        assertThat(node.call("c", spec("one", 1))).isEmpty();
        node.release("c2", grant.lease());
        assertThat(node.pass(Duration.ofMillis(100))).isEmpty();
        assertThat(told(node.call("d", spec("three", 1)))).containsExactly(refuse("d", ErrorCode.SERVER_BUSY));
        assertThat(told(node.pass(Duration.ofMillis(200)))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void inNonBlockingModeACallIsRefusedThatDoesNotGetThatRoomSoonAfter() {
        TableDriver node = TableDriver.nonBlocking(1);
        displaced(node);
        assertThat(node.call("c", spec("one", 1))).isEmpty();
        long began = node.now();

        List<Command> commands = List.of();
        while (commands.isEmpty()) {
            commands = node.pass(Duration.ofMillis(10));
        }

        assertThat(told(commands)).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
        assertThat(Duration.ofNanos(node.now() - began)).isBetween(Duration.ofMillis(110), Duration.ofMillis(1110));
    }

    @Test
    void aCallForWhichThatRoomWouldNotDoIsRefusedAtOnce() {
        TableDriver node = TableDriver.nonBlocking(2);
        node.busy("long", spec("long", 1));
        idle(node, "a", spec("one", 1));
        node.call("b", spec("two", 1));
        node.gone("c2");
        node.pass(START);
        node.ready("c3");

        assertThat(told(node.call("c", spec("big", 2)))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
    }

    @Test
    void whatIsKeptForAMomentCanStillEndFreezeAndBeDrained() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant grant = displaced(node);
        node.release("c2", grant.lease());
        node.paused("c2", true);
        node.paused("c2", false);
        node.paused("c2", true);
        node.call("c", spec("one", 1));
        assertThat(node.ending("c2")).isEmpty();

        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "c"));
        assertThat(node.pass(Duration.ofSeconds(1))).isEmpty();
        node.ready("c3");
        assertThat(node.usedMiB()).isEqualTo(1);
    }
}
