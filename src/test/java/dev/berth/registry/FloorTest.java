package dev.berth.registry;

import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotWishes;
import dev.berth.config.FloorConfig;
import dev.berth.config.KeepConfig;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Containers that are kept though nobody calls. */
final class FloorTest {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    private final TableDriver node = node(new FloorConfig(8, 0.5, Duration.ofHours(1)), 10);

    private static TableDriver node(FloorConfig floor, long memoryMiB) {
        KeepConfig plain = KeepConfig.DEFAULT;
        return TableDriver.keeping(
                new KeepConfig(plain.keep(), plain.maxIdle(), plain.leastSaved(), plain.evict(), floor), memoryMiB);
    }

    private static ContainerSpec keeping(String name, int containers) {
        return spec(name, 1).withWishes(SlotWishes.of(containers, 1));
    }

    /** It has had a call, and as many containers are up as it wants kept. */
    private static void called(TableDriver node, ContainerSpec spec, int containers) {
        int before = node.launched();
        List<Command> commands = node.call("first of " + spec.fnId(), spec);
        assertThat(commands).isNotEmpty();
        for (int i = before + 1; i <= before + containers; i++) {
            if (node.launched() < i) {
                node.pass(Duration.ofMillis(1));
            }
            node.ready("c" + i).stream()
                    .filter(Command.Grant.class::isInstance)
                    .map(Command.Grant.class::cast)
                    .forEach(grant -> node.release(grant.containerId(), grant.lease()));
        }
    }

    private NodeSnapshot.Queue queue() {
        return node.snapshot().queues().get(0);
    }

    @Test
    void fromTheFirstCallOnSoManyAreThere() {
        called(node, keeping("one", 3), 3);

        assertThat(queue().idle()).isEqualTo(3);
        assertThat(queue().kept()).isEqualTo(3);
        assertThat(node.launched()).isEqualTo(3);
    }

    @Test
    void theyAreStartedOneByOne() {
        node.call("a", keeping("one", 3));

        assertThat(node.pass(Duration.ofMillis(1))).hasSize(1);
        assertThat(node.pass(Duration.ofMillis(1))).isEmpty();
        assertThat(node.launched()).isEqualTo(2);
    }

    @Test
    void theyAreNotTimedOutButOthersAre() {
        called(node, keeping("one", 1), 1);
        Command.Grant busy = (Command.Grant) node.call("b", keeping("one", 1)).get(0);
        node.call("c", keeping("one", 1));
        node.pass(Duration.ofSeconds(1));
        Command.Grant second = (Command.Grant) node.ready("c2").get(0);
        node.release(busy.containerId(), busy.lease());
        node.release(second.containerId(), second.lease());

        assertThat(told(node.pass(IDLE_TIMEOUT))).hasSize(1);
        assertThat(node.pass(IDLE_TIMEOUT)).isEmpty();
        assertThat(queue().idle()).isEqualTo(1);
    }

    @Test
    void theNewestCallsValueCounts() {
        called(node, keeping("one", 2), 2);
        node.pass(Duration.ofMinutes(5));
        Command.Grant grant = (Command.Grant) node.call("b", keeping("one", 0)).get(0);

        assertThat(queue().kept()).isZero();
        assertThat(told(node.pass(Duration.ofMillis(1)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
        node.release(grant.containerId(), grant.lease());
        assertThat(told(node.pass(IDLE_TIMEOUT))).containsExactly(remove(grant.containerId(), Reason.IDLE_TIMEOUT));
        node.gone("c1");
        node.gone("c2");
        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(node.table.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void aCallThatLacksRoomMayHaveThemEvictedButLast() {
        called(node, keeping("kept", 5), 5);
        for (String name : List.of("a", "b", "c", "d", "e")) {
            node.pass(Duration.ofSeconds(1));
            node.idle(name, spec(name, 1));
        }

        assertThat(told(node.call("x", spec("big", 6))))
                .hasSize(6)
                .contains(
                        remove("c6", Reason.EVICTED),
                        remove("c7", Reason.EVICTED),
                        remove("c8", Reason.EVICTED),
                        remove("c9", Reason.EVICTED),
                        remove("c10", Reason.EVICTED));
    }

    @Test
    void whatWasEvictedIsStartedAgainWhenThereIsRoomThatNobodyWaitsFor() {
        TableDriver small = node(new FloorConfig(8, 1, Duration.ofHours(1)), 1);
        called(small, keeping("one", 1), 1);
        small.call("x", spec("other", 1));
        small.gone("c1");
        Command.Grant grant = (Command.Grant) small.ready("c2").get(0);
        small.pass(Duration.ofSeconds(5));
        small.release(grant.containerId(), grant.lease());
        assertThat(told(small.pass(IDLE_TIMEOUT))).containsExactly(remove("c2", Reason.IDLE_TIMEOUT));

        assertThat(told(small.gone("c2"))).containsExactly(launch("c3", ""));
    }

    @Test
    void nobodyHasMoreThanTheSettingsAllow() {
        TableDriver bounded = node(new FloorConfig(2, 0.35, Duration.ofHours(1)), 10);
        called(bounded, keeping("one", 1000), 2);
        called(bounded, keeping("other", 2), 1);
        bounded.pass(Duration.ofSeconds(1));

        assertThat(bounded.launched()).isEqualTo(3);
        assertThat(bounded.snapshot().queues().stream().mapToInt(NodeSnapshot.Queue::kept))
                .containsExactlyInAnyOrder(2, 1);
    }

    @Test
    void whatReservesNothingIsNotKept() {
        called(node, spec("free", 0).withWishes(SlotWishes.of(3, 1)), 1);

        assertThat(node.pass(Duration.ofSeconds(1))).isEmpty();
        assertThat(node.launched()).isEqualTo(1);
    }

    @Test
    void aNewKeyOfTheFunctionTakesOver() {
        ContainerSpec old = keeping("one", 2);
        called(node, old, 2);
        called(node, Specs.newKey(old, "new").withWishes(SlotWishes.of(1, 1)), 1);

        assertThat(told(node.pass(IDLE_TIMEOUT)))
                .containsExactlyInAnyOrder(remove("c1", Reason.IDLE_TIMEOUT), remove("c2", Reason.IDLE_TIMEOUT));
        assertThat(node.pass(Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void whatFailsAgainAndAgainIsTriedLessAndLess() {
        called(node, keeping("one", 1), 1);
        node.ending("c1");
        node.gone("c1");
        assertThat(node.launched()).isEqualTo(1);
        assertThat(node.pass(Duration.ofMillis(999))).isEmpty();
        assertThat(node.pass(Duration.ofMillis(1))).hasSize(1);
        node.fails("c2", ErrorCode.INIT_TIMEOUT);
        node.gone("c2");
        assertThat(node.pass(Duration.ofMillis(1999))).isEmpty();
        assertThat(node.pass(Duration.ofMillis(1))).hasSize(1);
        for (int i = 3; i < 12; i++) {
            node.fails("c" + i, ErrorCode.INIT_TIMEOUT);
            node.gone("c" + i);
            assertThat(node.pass(Duration.ofMinutes(5))).hasSize(1);
        }
        node.ready("c12");
        Command.Grant grant = (Command.Grant) node.call("b", keeping("one", 1)).get(0);
        node.release(grant.containerId(), grant.lease());
        node.ending("c12");
        node.gone("c12");
        assertThat(node.pass(Duration.ofSeconds(1))).hasSize(1);
    }

    @Test
    void nothingIsStartedWhileTheEngineIsGone() {
        called(node, keeping("one", 1), 1);
        node.engineAnswers(false);
        node.ending("c1");
        node.gone("c1");

        assertThat(node.pass(Duration.ofSeconds(1))).isEmpty();
        assertThat(node.engineAnswers(true)).hasSize(1);
    }

    @Test
    void aDrainEndsThem() {
        called(node, keeping("one", 2), 2);
        assertThat(told(node.drain())).hasSize(2);
        node.call("late", keeping("one", 2));
        node.gone("c1");

        assertThat(node.gone("c2")).containsExactly(new Command.Drained());
        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(node.table.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void whatIsNotCalledForLongIsNotKeptAnyMore() {
        called(node, keeping("one", 1), 1);

        assertThat(node.pass(Duration.ofMinutes(59))).isEmpty();
        assertThat(told(node.pass(Duration.ofMinutes(1)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
    }

    @Test
    void aQueueWhoseContainersAreAllGoneIsNotForgotten() {
        TableDriver small = node(new FloorConfig(8, 1, Duration.ofHours(1)), 1);
        called(small, keeping("one", 1), 1);
        small.call("x", spec("other", 1));
        small.gone("c1");

        assertThat(small.snapshot().queues()).hasSize(2);
        assertThat(told(small.drain())).isNotEmpty();
        assertThat(small.snapshot().queues()).hasSize(1);
    }
}
