package dev.berth.registry;

import static dev.berth.registry.Commands.drained;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How slots, queues and the table end: idle time, containers that go, limits, draining. */
final class SlotTableEndTest {
    private static final ContainerSpec FN = spec("fn", 1);

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
    void whatAnOperatorWantsGoneGoesNowIfIdleAndElseAfterItsCall() {
        TableDriver node = TableDriver.without();
        node.idle("a", FN);
        node.call("b", FN);
        Command.Launch second = (Command.Launch) node.call("c", FN).get(0);
        Command.Grant running = (Command.Grant) node.ready(second.containerId()).get(0);
        node.idle("d", spec("other", 1));

        assertThat(node.clear(FN)).isEmpty();
        assertThat(told(node.release(second.containerId(), running.lease())))
                .containsExactly(remove(second.containerId(), Reason.CLEARED));
        assertThat(node.clear(FN)).isEmpty();
    }

    @Test
    void oneThatIsStartingRunsTheCallThatWaitsForItAndNoOther() {
        TableDriver node = TableDriver.without();
        Command.Launch starting = (Command.Launch) node.call("a", FN).get(0);

        assertThat(node.clear(FN)).isEmpty();
        Command.Grant first = (Command.Grant) node.ready(starting.containerId()).get(0);
        assertThat(first.callId()).isEqualTo("a");
        assertThat(told(node.release(starting.containerId(), first.lease())))
                .containsExactly(remove(starting.containerId(), Reason.CLEARED));
    }

    @Test
    void oneThatIsStartingAndThatNobodyWaitsForAnyMoreGoesWhenItIsReady() {
        TableDriver node = TableDriver.without();
        Command.Launch starting = (Command.Launch) node.call("a", FN).get(0);
        node.clear(FN);
        node.cancel("a");

        assertThat(told(node.ready(starting.containerId())))
                .containsExactly(remove(starting.containerId(), Reason.CLEARED));
    }

    @Test
    void whoeverWaitsForAContainerThatIsUnwantedGetsAnotherOne() {
        TableDriver node = TableDriver.blocking(1);
        node.idle("a", FN);
        Command.Grant running = (Command.Grant) node.call("b", FN).get(0);
        node.call("waits", FN);
        node.clear(FN);

        assertThat(told(node.release("c1", running.lease()))).containsExactly(remove("c1", Reason.CLEARED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "waits"));
    }

    @Test
    void anIdleContainerThatIsUnwantedGoesAtOnceAndStaysGone() {
        TableDriver node = TableDriver.blocking(10);
        node.idle("a", FN);

        assertThat(told(node.clear(FN))).containsExactly(remove("c1", Reason.CLEARED));
        assertThat(node.gone("c1")).isEmpty();
        assertThat(node.table.snapshot().queues()).isEmpty();
        assertThat(node.table.snapshot().memoryUsedBytes()).isZero();
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

    // The engine is gone

    @Test
    void whileTheEngineIsGoneOnlyReadyContainersTakeCallsAndNoneIsEvicted() {
        TableDriver node = TableDriver.blocking(1);
        node.idle("a", FN);

        assertThat(node.engineAnswers(false)).isEmpty();
        assertThat(told(node.call("b", spec("other", 1)))).containsExactly(refuse("b", ErrorCode.ENGINE_GONE));
        List<Command> hot = node.call("c", FN);
        assertThat(hot).singleElement().isInstanceOf(Command.Grant.class);
        assertThat(told(node.call("d", FN))).containsExactly(refuse("d", ErrorCode.ENGINE_GONE));
        node.release("c1", ((Command.Grant) hot.get(0)).lease());

        assertThat(node.engineAnswers(true)).isEmpty();
        assertThat(told(node.call("e", spec("other", 1)))).containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void thoseWhoWaitForRoomAreRefusedWhenTheEngineGoes() {
        TableDriver node = TableDriver.blocking(2);
        node.busy("a", FN);
        node.call("b", FN);
        node.call("c", FN);

        assertThat(told(node.engineAnswers(false))).containsExactly(refuse("c", ErrorCode.ENGINE_GONE));
        assertThat(told(node.fails("c2", ErrorCode.ENGINE_GONE))).containsExactly(refuse("b", ErrorCode.ENGINE_GONE));
        node.gone("c2");
        assertThat(node.usedMiB()).isEqualTo(1);
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
}
