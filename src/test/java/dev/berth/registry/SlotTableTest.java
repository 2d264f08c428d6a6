package dev.berth.registry;

import static dev.berth.registry.Commands.drained;
import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

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
    void aSecondWishUnderTheSameTicketIsTheSameWish() {
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
        Command.Launch withNone = (Command.Launch) node.call("c", spec("fn", 1, 0, 0, Duration.ofSeconds(30), null))
                .get(0);

        assertThat(withNew.spec().registryToken()).isEqualTo("new");
        assertThat(withNone.spec().registryToken()).isEqualTo("new");
    }

    @Test
    void launchesGoToTheWorkerWithTheFewestContainersInTurn() {
        TableDriver node = TableDriver.of(false, 10, 8000, 1000, 3);

        assertThat(node.call("a", FN)).first().extracting("worker").isEqualTo(0);
        assertThat(node.call("b", FN)).first().extracting("worker").isEqualTo(1);
        assertThat(node.call("c", FN)).first().extracting("worker").isEqualTo(2);
        node.gone("c2");
        assertThat(node.call("d", FN)).first().extracting("worker").isEqualTo(1);
        assertThat(node.call("e", FN)).first().extracting("worker").isEqualTo(2);
    }

    // Idle time

    @Test
    void aSlotIdleForItsWholeTimeoutIsRemoved() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);

        assertThat(node.pass(Duration.ofSeconds(30).minusNanos(1))).isEmpty();
        assertThat(told(node.pass(Duration.ofNanos(1)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
        assertThat(node.pass(Duration.ofHours(1))).isEmpty();
    }

    @Test
    void aCallStartsTheIdleTimeAnew() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.pass(Duration.ofSeconds(20));
        Command.Grant again = (Command.Grant) node.call("b", FN).get(0);
        assertThat(node.pass(Duration.ofSeconds(20))).isEmpty();
        node.release("c1", again.lease());

        assertThat(node.pass(Duration.ofSeconds(29))).isEmpty();
        assertThat(told(node.pass(Duration.ofSeconds(1)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
    }

    @Test
    void aSlotUsedMeanwhileIsKeptPastItsFirstDeadlineButNotPastItsNext() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.pass(Duration.ofSeconds(20));
        Command.Grant again = (Command.Grant) node.call("b", FN).get(0);
        node.release("c1", again.lease());

        assertThat(node.pass(Duration.ofSeconds(10))).isEmpty();
        assertThat(node.table.nextDeadlineNanos())
                .hasValue(node.now() + Duration.ofSeconds(20).toNanos());
        assertThat(told(node.pass(Duration.ofSeconds(20)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
    }

    @Test
    void theNextDeadlineIsNeverLaterThanTheNextRemoval() {
        TableDriver node = TableDriver.blocking(10);
        assertThat(node.table.nextDeadlineNanos()).isEmpty();
        node.idle("a", spec("slow", 1, 0, 0, Duration.ofSeconds(60), null));
        node.idle("b", spec("quick", 1, 0, 0, Duration.ofSeconds(1), null));

        assertThat(node.table.nextDeadlineNanos())
                .hasValue(node.now() + Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aSlotThatTimedOutIsNotGivenOut() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.pass(Duration.ofSeconds(30));

        assertThat(told(node.call("b", FN))).containsExactly(launch("c2", "b"));
    }

    @Test
    void anIdleTimeoutOfAgesIsNever() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", spec("fn", 1, 0, 0, Duration.ofSeconds(Long.MAX_VALUE), null));

        assertThat(node.pass(Duration.ofDays(20_000))).isEmpty();
    }

    // Ends nobody asked for

    @Test
    void aContainerThatEndsWhileIdleIsNotGivenOut() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.ending("c1");

        assertThat(told(node.call("b", FN))).containsExactly(launch("c2", "b"));
    }

    @Test
    void roomIsTakenUntilNothingOfTheContainerIsLeft() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant busy = node.busy("a", FN);
        node.ending(busy.containerId());
        assertThat(node.call("b", FN)).isEmpty();
        assertThat(node.usedMiB()).isEqualTo(1);

        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
    }

    @Test
    void aBusyContainerThatVanishesGivesItsRoomBack() {
        TableDriver node = TableDriver.blocking(1);
        node.busy("a", FN);

        node.gone("c1");

        assertThat(node.usedMiB()).isZero();
        assertThat(node.snapshot().queues()).isEmpty();
    }

    // Limits

    @Test
    void aCallThatCanNeverFitIsTooBig() {
        TableDriver node = TableDriver.of(false, 10, 1000, 1000, 1);
        Duration idle = Duration.ofSeconds(1);

        assertThat(told(node.call("a", spec("a", 11)))).containsExactly(refuse("a", ErrorCode.RESOURCE_TOO_BIG));
        assertThat(told(node.call("b", spec("b", 10, 1001)))).containsExactly(refuse("b", ErrorCode.RESOURCE_TOO_BIG));
        assertThat(told(node.call("c", spec("c", 6, 0, 5, idle, null))))
                .containsExactly(refuse("c", ErrorCode.RESOURCE_TOO_BIG));
        assertThat(told(node.call("d", spec("d", Long.MAX_VALUE, 0, Long.MAX_VALUE, idle, null))))
                .containsExactly(refuse("d", ErrorCode.RESOURCE_TOO_BIG));
        assertThat(told(node.call("e", spec("e", 1L << 44, 0, 0, idle, null))))
                .containsExactly(refuse("e", ErrorCode.RESOURCE_TOO_BIG));
        assertThat(told(node.call("f", spec("f", -1, 0, 2, idle, null))))
                .containsExactly(refuse("f", ErrorCode.RESOURCE_TOO_BIG));
        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(told(node.call("g", spec("g", 10, 1000)))).containsExactly(launch("c1", "g"));
    }

    @Test
    void moreWaitersThanAllowedAreRefused() {
        TableDriver node = TableDriver.of(false, 1, 1000, 2, 1);
        node.busy("a", FN);
        node.call("b", FN);
        node.call("c", spec("other", 1));

        assertThat(told(node.call("d", FN))).containsExactly(refuse("d", ErrorCode.SERVER_BUSY));
        node.cancel("b");
        assertThat(node.call("e", FN)).isEmpty();
    }

    @Test
    void aQueueWithoutContainersAndWaitersIsForgotten() {
        TableDriver node = TableDriver.nonBlocking(1);
        node.busy("busy", FN);
        for (int i = 0; i < 1_000_000; i++) {
            node.call("call", spec("key" + i, 1));
        }

        assertThat(node.snapshot().queues()).hasSize(1);
    }

    @Test
    void aQueueWhoseLastContainerIsGoneIsForgotten() {
        TableDriver node = TableDriver.blocking(1);
        for (int i = 0; i < 1000; i++) {
            String container = node.idle("call", spec("key" + i, 1));
            node.pass(Duration.ofSeconds(30));
            node.gone(container);
        }

        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(node.table.nextDeadlineNanos()).isEmpty();
    }

    // Draining

    @Test
    void aDrainRefusesWaitersAndNewCallsAtOnce() {
        TableDriver node = TableDriver.blocking(1);
        node.busy("a", FN);
        node.call("b", FN);

        assertThat(told(node.drain())).containsExactly(refuse("b", ErrorCode.SERVER_BUSY));
        assertThat(told(node.call("c", FN))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
    }

    @Test
    void aDrainRemovesWhatIsIdleOrStarts() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);
        node.call("b", spec("other", 1));

        assertThat(told(node.drain()))
                .containsExactlyInAnyOrder(
                        refuse("b", ErrorCode.SERVER_BUSY),
                        remove("c1", Reason.DRAINING),
                        remove("c2", Reason.DRAINING));
        assertThat(node.ready("c2")).isEmpty();
        assertThat(node.gone("c1")).isEmpty();
        assertThat(told(node.gone("c2"))).containsExactly(drained());
    }

    @Test
    void aDrainWaitsForBusyContainersAndRemovesThemThen() {
        TableDriver node = TableDriver.blocking(10);
        Command.Grant one = node.busy("a", FN);
        Command.Grant two = node.busy("b", FN);
        assertThat(node.drain()).isEmpty();

        assertThat(told(node.release("c1", one.lease()))).containsExactly(remove("c1", Reason.DRAINING));
        assertThat(told(node.giveBack("c2", two.lease()))).containsExactly(remove("c2", Reason.DRAINING));
        node.gone("c1");
        assertThat(told(node.gone("c2"))).containsExactly(drained());
        assertThat(node.snapshot().draining()).isTrue();
    }

    @Test
    void aDrainOfAnEmptyNodeIsOverAtOnce() {
        TableDriver node = TableDriver.blocking(10);

        assertThat(told(node.drain())).containsExactly(drained());
        assertThat(told(node.drain())).containsExactly(drained());
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
                        new NodeSnapshot.Queue(Specs.key("fn"), "registry/fn:1", 1, 1, 1, 0, 0),
                        new NodeSnapshot.Queue(Specs.key("other"), "registry/other:1", 0, 0, 0, 1, 2));
        assertThat(node.snapshot().cpuUsedMillis()).isEqualTo(200);
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

        Command.Grant grant = (Command.Grant) node.call("b", FN).get(0);
        assertThat(node.snapshot().queues())
                .first()
                .extracting("busy", "paused")
                .containsExactly(1, 0);
        node.giveBack("c1", grant.lease()); // nobody has thawed it
        assertThat(node.snapshot().queues())
                .first()
                .extracting("idle", "paused")
                .containsExactly(1, 1);

        Command.Grant used = (Command.Grant) node.call("c", FN).get(0);
        node.release("c1", used.lease());
        assertThat(node.snapshot().queues())
                .first()
                .extracting("idle", "paused")
                .containsExactly(1, 0);
    }
}
