package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Commands.wake;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.Queues;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Matching calls and slots, launching, and what others see. */
final class SlotTableTest {
    private static final ContainerSpec FN = spec("fn", 1);

    // Matching calls and slots

    @Test
    void theFirstCallLaunchesAContainerAndIsItsFirstLease() {
        TableDriver node = TableDriver.blocking(10);

        assertThat(told(node.call("a", FN))).containsExactly(launch("c1", "a"));
        assertThat(told(node.ready("c1"))).containsExactly(grant("c1", "a"));
    }

    @Test
    void theMostRecentlyUsedIdleSlotIsTakenFirst() {
        TableDriver node = TableDriver.blocking(10);
        Command.Grant one = node.busy("a", FN);
        Command.Grant two = node.busy("b", FN);
        node.release(two.containerId(), two.lease());
        node.release(one.containerId(), one.lease());

        assertThat(told(node.call("c", FN))).containsExactly(grant("c1", "c"));
        assertThat(told(node.call("d", FN))).containsExactly(grant("c2", "d"));
    }

    @Test
    void aFreedSlotGoesToWhoeverHasWaitedLongestInTheSameTurn() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant busy = node.busy("a", FN);
        node.call("b", FN);
        node.call("c", FN);

        assertThat(told(node.release(busy.containerId(), busy.lease()))).containsExactly(grant("c1", "b"));
    }

    @Test
    void aWaiterIsServedByWhicheverSlotComesFirst() {
        TableDriver node = TableDriver.blocking(10);
        Command.Grant busy = node.busy("a", FN);
        node.call("b", FN);

        assertThat(told(node.release(busy.containerId(), busy.lease()))).containsExactly(grant("c1", "b"));
        assertThat(told(node.ready("c2"))).isEmpty();
        assertThat(told(node.call("c", FN))).containsExactly(grant("c2", "c"));
    }

    @Test
    void aFrozenContainerIsWokenBeforeItsCallIsToldOfIt() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.paused("c1", true);

        assertThat(told(node.call("b", FN))).containsExactly(wake("c1", 2), grant("c1", "b"));
        node.paused("c1", false);
        node.release("c1", 2);
        assertThat(told(node.call("c", FN))).containsExactly(grant("c1", "c"));
    }

    @Test
    void everyLeaseHasItsOwnNumber() {
        TableDriver node = TableDriver.blocking(10);
        Command.Grant first = node.busy("a", FN);
        node.release("c1", first.lease());
        Command.Grant second = (Command.Grant) node.call("b", FN).get(0);

        assertThat(second.lease()).isNotEqualTo(first.lease());
    }

    @Test
    void aReleaseUnderAnOldLeaseIsIgnored() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant first = node.busy("a", FN);
        node.release("c1", first.lease());
        node.call("b", FN);
        node.call("c", FN);

        assertThat(node.release("c1", first.lease())).isEmpty();
        assertThat(node.giveBack("c1", first.lease())).isEmpty();
    }

    @Test
    void aReleaseOfAnUnknownContainerIsIgnored() {
        TableDriver node = TableDriver.blocking(1);

        assertThat(node.release("nobody", 1)).isEmpty();
        assertThat(node.giveBack("nobody", 1)).isEmpty();
        assertThat(node.ready("nobody")).isEmpty();
        assertThat(node.gone("nobody")).isEmpty();
        assertThat(node.ending("nobody")).isEmpty();
        assertThat(node.paused("nobody", true)).isEmpty();
        assertThat(node.fails("nobody", ErrorCode.INIT_FAILED)).isEmpty();
        assertThat(node.cancel("nobody")).isEmpty();
    }

    @Test
    void aLeaseHandedBackUnusedGoesToTheNextWaiter() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant busy = node.busy("a", FN);
        node.call("b", FN);

        assertThat(told(node.giveBack("c1", busy.lease()))).containsExactly(grant("c1", "b"));
    }

    @Test
    void aSecondRequestUnderTheSameTicketIsTheSameRequest() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);

        assertThat(node.call("a", FN)).isEmpty();
        assertThat(told(node.ready("c1"))).containsExactly(grant("c1", "a"));
    }

    // Launching

    @Test
    void eachWaiterWithoutAContainerOnItsWayCausesALaunch() {
        TableDriver node = TableDriver.blocking(10);

        assertThat(told(node.call("a", FN))).containsExactly(launch("c1", "a"));
        assertThat(told(node.call("b", FN))).containsExactly(launch("c2", "b"));
    }

    @Test
    void aContainerThatStartsForNobodyAnyMoreCoversTheNextCall() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        assertThat(node.cancel("a")).isEmpty();

        assertThat(node.call("b", FN)).isEmpty();
        assertThat(told(node.ready("c1"))).containsExactly(grant("c1", "b"));
    }

    @Test
    void aContainerWhoseWaiterHasLeftBecomesIdle() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        node.cancel("a");

        assertThat(node.ready("c1")).isEmpty();
        assertThat(told(node.call("b", FN))).containsExactly(grant("c1", "b"));
    }

    @Test
    void aFailedLaunchIsToldToTheWaiterThatCausedIt() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        node.call("b", FN);

        List<Command> commands = node.fails("c2", ErrorCode.PULL_TIMEOUT);

        assertThat(told(commands)).containsExactly(refuse("b", ErrorCode.PULL_TIMEOUT));
        assertThat(((Command.Refuse) commands.get(0)).timings()).isEqualTo(TableDriver.TIMINGS);
        assertThat(told(node.ready("c1"))).containsExactly(grant("c1", "a"));
    }

    @Test
    void aFailedLaunchIsToldToNobodyIfItsWaiterIsServed() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        node.call("b", FN);
        node.ready("c2"); // goes to a, whose own c1 still starts

        assertThat(told(node.fails("c1", ErrorCode.INIT_FAILED))).containsExactly(launch("c3", "b"));
    }

    @Test
    void waitersLeftUncoveredByAFailedLaunchCauseOneOfTheirOwn() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        node.cancel("a");
        node.call("b", FN);

        assertThat(told(node.fails("c1", ErrorCode.INIT_FAILED))).containsExactly(launch("c2", "b"));
        assertThat(told(node.fails("c2", ErrorCode.INIT_FAILED))).containsExactly(refuse("b", ErrorCode.INIT_FAILED));
    }

    @Test
    void aLaunchThatVanishesWithoutAWordIsAFailedOne() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);

        assertThat(told(node.gone("c1"))).containsExactly(refuse("a", ErrorCode.INIT_FAILED));
    }

    @Test
    void aLaunchThatSaysItEndsBeforeItSaysWhyStillTellsWhy() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        assertThat(node.ending("c1")).isEmpty();
        assertThat(node.ready("c1")).isEmpty();

        assertThat(told(node.fails("c1", ErrorCode.SYSLOG_UNAVAILABLE)))
                .containsExactly(refuse("a", ErrorCode.SYSLOG_UNAVAILABLE));
    }

    @Test
    void theTimingsOfAStartGoToTheCallThatWaitedAndTookItsFirstLease() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant first = node.busy("a", FN);
        node.call("b", FN);
        Command.Grant second = (Command.Grant) node.release("c1", first.lease()).get(0);
        node.release("c1", second.lease());
        Command.Grant third = (Command.Grant) node.call("c", FN).get(0);

        assertThat(first.timings()).isEqualTo(TableDriver.TIMINGS);
        assertThat(second.timings()).isEqualTo(ContainerTimings.NONE);
        assertThat(third.timings()).isEqualTo(ContainerTimings.NONE);
    }

    @Test
    void aCallThatFindsAnIdleSlotHearsNothingOfItsStart() {
        TableDriver node = TableDriver.blocking(1);
        node.call("a", FN);
        node.cancel("a");
        node.ready("c1");

        assertThat(((Command.Grant) node.call("b", FN).get(0)).timings()).isEqualTo(ContainerTimings.NONE);
    }

    @Test
    @Rule("env-queue")
    void theFirstCallOfAKeyIsTheTemplateOfAllItsContainers() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", spec("fn", 1));

        Command.Launch launch = (Command.Launch) node.call("b", spec("fn", 3)).get(0);

        assertThat(launch.spec().memoryMiB()).isEqualTo(1);
        assertThat(node.usedMiB()).isEqualTo(2);
    }

    @Test
    void aLaunchUsesTheNewestPullCredential() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", spec("fn", 1, 0, 0, Duration.ofSeconds(30), "old"));
        Command.Launch withNew = (Command.Launch) node.call("b", spec("fn", 1, 0, 0, Duration.ofSeconds(30), "new"))
                .get(0);
        node.fails("c2", ErrorCode.INIT_FAILED);
        Command.Launch withNone = (Command.Launch) node.call("c", spec("fn", 1, 0, 0, Duration.ofSeconds(30), null))
                .get(0);

        assertThat(withNew.spec().registryToken()).isEqualTo("new");
        assertThat(withNone.spec().registryToken()).isEqualTo("new");
    }

    @Test
    void launchesGoToTheWorkerWithTheFewestContainersInTurn() {
        TableDriver node = TableDriver.of(false, 10, 8000, 1000, 3);

        assertThat(node.call("a", spec("one", 1))).first().extracting("worker").isEqualTo(0);
        assertThat(node.call("b", spec("two", 1))).first().extracting("worker").isEqualTo(1);
        assertThat(node.call("c", spec("three", 1)))
                .first()
                .extracting("worker")
                .isEqualTo(2);
        node.gone("c2");
        assertThat(node.call("d", spec("four", 1))).first().extracting("worker").isEqualTo(1);
        assertThat(node.call("e", spec("five", 1))).first().extracting("worker").isEqualTo(2);
    }

    // What others see

    @Test
    void theSnapshotCountsEachQueue() {
        TableDriver node = TableDriver.of(false, 4, 8000, 1000, 1);
        Command.Grant one = node.busy("a", spec("fn", 1, 100));
        node.busy("b", FN);
        node.release("c1", one.lease());
        node.paused("c1", true);
        node.call("c", spec("other", 2));
        node.call("d", spec("other", 2));

        assertThat(node.snapshot().queues())
                .containsExactlyInAnyOrder(
                        Queues.of(Specs.key("fn"), "registry/fn:1", 1, 1, 1, 0, 0),
                        Queues.of(Specs.key("other"), "registry/other:1", 0, 0, 0, 1, 2));
        assertThat(node.snapshot().cpuUsedMillis()).isEqualTo(200);
    }

    @Test
    void theTimesThatCallsAndStartsTakeAreToldWithSomeCaution() {
        TableDriver node = TableDriver.blocking(10);
        node.call("a", FN);
        node.pass(Duration.ofMillis(800));
        Command.Grant one = (Command.Grant) node.ready("c1").get(0);
        node.pass(Duration.ofMillis(700));
        node.release("c1", one.lease()); // may be the cold function's doing
        for (int millis : new int[] {100, 900}) {
            Command.Grant next = (Command.Grant) node.call("b" + millis, FN).get(0);
            node.pass(Duration.ofMillis(millis));
            node.release("c1", next.lease());
        }
        Command.Grant unused = (Command.Grant) node.call("c", FN).get(0);
        node.pass(Duration.ofSeconds(5));
        node.giveBack("c1", unused.lease());

        NodeSnapshot.Queue queue = node.snapshot().queues().get(0);
        assertThat(queue.startNanos()).isEqualTo(Duration.ofMillis(800).toNanos());
        assertThat(queue.serviceNanos()).isEqualTo(Duration.ofMillis(384).toNanos());
    }

    @Test
    void onlyWhatHasChangedIsToldAgain() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.idle("b", spec("other", 1));
        assertThat(node.table.changes().queues()).hasSize(2);
        assertThat(node.table.changes().queues()).isEmpty();

        node.call("c", FN);
        assertThat(node.table.changes().queues())
                .singleElement()
                .extracting("key", "busy")
                .containsExactly(Specs.key("fn"), 1);

        node.ending("c2");
        node.gone("c2");
        assertThat(node.table.changes().queues()).singleElement().satisfies(queue -> {
            assertThat(queue.key()).isEqualTo(Specs.key("other"));
            assertThat(queue.isGone()).isTrue();
        });
    }

    @Test
    void nothingPilesUpWhereNobodyAsksForChanges() {
        TableDriver node = TableDriver.nonBlocking(1);
        for (int i = 0; i < 100; i++) {
            node.call("c" + i, spec("fn" + i, 2));
        }

        assertThat(node.table.changes().queues()).isEmpty();
    }

    @Test
    void aFrozenSlotIsIdleToo() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.paused("c1", true);
        assertThat(node.snapshot().queues())
                .first()
                .extracting("idle", "paused")
                .containsExactly(1, 1);

        Command.Grant grant = (Command.Grant) node.call("b", FN).get(1);
        assertThat(node.snapshot().queues())
                .first()
                .extracting("busy", "paused")
                .containsExactly(1, 0);
        node.giveBack("c1", grant.lease()); // nobody has thawed it
        assertThat(node.snapshot().queues())
                .first()
                .extracting("idle", "paused")
                .containsExactly(1, 1);

        Command.Grant used = (Command.Grant) node.call("c", FN).get(1);
        node.release("c1", used.lease());
        assertThat(node.snapshot().queues())
                .first()
                .extracting("idle", "paused")
                .containsExactly(1, 0);
    }
}
