package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.MIB;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Capacity, eviction and the order among those who wait for room. */
final class PlacementTest {

    @Test
    void inNonBlockingModeACallWithoutRoomIsRefusedAtOnce() {
        TableDriver node = TableDriver.nonBlocking(1);
        node.busy("a", spec("one", 1));

        assertThat(told(node.call("b", spec("two", 1)))).containsExactly(refuse("b", ErrorCode.SERVER_BUSY));
        assertThat(told(node.call("c", spec("one", 1)))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
    }

    @Test
    void inBlockingModeACallWithoutRoomWaits() {
        TableDriver node = TableDriver.blocking(1);
        node.busy("a", spec("one", 1));

        assertThat(node.call("b", spec("two", 1))).isEmpty();
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
    }

    @Test
    void cpuIsRoomToo() {
        TableDriver node = TableDriver.of(true, 10, 1000, 10, 1);
        node.busy("a", spec("one", 0, 600));

        assertThat(told(node.call("b", spec("two", 0, 600)))).containsExactly(refuse("b", ErrorCode.SERVER_BUSY));
        assertThat(told(node.call("c", spec("three", 0, 400)))).containsExactly(launch("c2", "c"));
    }

    @Test
    void tmpfsIsChargedAsMemory() {
        TableDriver node = TableDriver.nonBlocking(4);
        node.busy("a", spec("one", 1, 0, 2, Duration.ofSeconds(1), null));

        assertThat(node.usedMiB()).isEqualTo(3);
        assertThat(told(node.call("b", spec("two", 2)))).containsExactly(refuse("b", ErrorCode.SERVER_BUSY));
    }

    @Test
    void theLongestIdleSlotOfAnotherQueueIsEvictedForACallWithoutRoom() {
        TableDriver node = TableDriver.nonBlocking(2);
        node.idle("a", spec("one", 1));
        node.idle("b", spec("two", 1));

        assertThat(told(node.call("c", spec("three", 1)))).containsExactly(remove("c1", Reason.EVICTED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void anIdleSlotThatServedAgainIsNoLongerTheOldest() {
        TableDriver node = TableDriver.nonBlocking(2);
        node.idle("a", spec("one", 1));
        node.idle("b", spec("two", 1));
        Command.Grant again = (Command.Grant) node.call("c", spec("one", 1)).get(0);
        node.release(again.containerId(), again.lease());

        assertThat(told(node.call("d", spec("three", 1)))).containsExactly(remove("c2", Reason.EVICTED));
    }

    @Test
    void frozenSlotsAreEvictedBeforeRunningOnes() {
        TableDriver node = TableDriver.nonBlocking(3);
        node.idle("a", spec("one", 1));
        node.idle("b", spec("two", 1));
        node.idle("c", spec("three", 1));
        node.paused("c2", true);
        node.paused("c3", true);
        node.paused("c3", false);

        assertThat(told(node.call("d", spec("four", 1)))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.call("e", spec("five", 1)))).containsExactly(remove("c1", Reason.EVICTED));
        assertThat(told(node.call("f", spec("six", 1)))).containsExactly(remove("c3", Reason.EVICTED));
    }

    @Test
    void noMoreIsEvictedThanIsNeeded() {
        TableDriver node = TableDriver.nonBlocking(7);
        node.idle("a", spec("one", 1));
        node.idle("b", spec("two", 2));
        node.idle("c", spec("three", 4));

        // The first two would be picked on the way to the third, which is enough alone.
        assertThat(told(node.call("d", spec("four", 4)))).containsExactly(remove("c3", Reason.EVICTED));
    }

    @Test
    void onlySlotsThatHelpAreEvicted() {
        TableDriver node = TableDriver.of(true, 10, 1000, 10, 1);
        node.idle("a", spec("memory", 1));
        node.idle("b", spec("cpu", 0, 800));

        assertThat(told(node.call("c", spec("wants-cpu", 0, 500)))).containsExactly(remove("c2", Reason.EVICTED));
    }

    @Test
    void aShortfallOfBothKindsIsCoveredByBoth() {
        TableDriver node = TableDriver.of(true, 2, 1000, 10, 1);
        node.idle("a", spec("memory", 2));
        node.idle("b", spec("cpu", 0, 1000));

        assertThat(told(node.call("c", spec("both", 1, 500))))
                .containsExactly(remove("c1", Reason.EVICTED), remove("c2", Reason.EVICTED));
        assertThat(node.gone("c2")).isEmpty();
        assertThat(told(node.gone("c1"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void aShortfallBelowOneMebibyteIsAShortfall() {
        int[] launched = {0};
        SlotTable table = new SlotTable(
                new RegistryConfig(true, 0, 0, 10, true, Duration.ofMillis(100), KeepConfig.DEFAULT),
                new NodeCapacity(2 * MIB - 1, 1000, List.of()),
                TableDriver.NODE,
                1,
                () -> "c" + ++launched[0]);
        table.apply(TableDriver.acquire("a", spec("one", 1)), 0);
        table.apply(TableDriver.cancelled("a"), 0);
        table.apply(TableDriver.isReady("c1"), 0);

        assertThat(told(table.apply(TableDriver.acquire("b", spec("two", 1)), 0)))
                .containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void nothingIsEvictedIfThatWouldNotDo() {
        TableDriver node = TableDriver.nonBlocking(4);
        node.idle("a", spec("one", 1));
        node.busy("b", spec("two", 3));

        assertThat(told(node.call("c", spec("three", 2)))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
        assertThat(told(node.call("d", spec("one", 1)))).containsExactly(grant("c1", "d"));
    }

    @Test
    void roomOnItsWayBackIsNotEvictedForTwice() {
        TableDriver node = TableDriver.nonBlocking(4);
        node.idle("a", spec("one", 2));
        node.idle("b", spec("two", 2));
        assertThat(told(node.call("c", spec("three", 1)))).containsExactly(remove("c1", Reason.EVICTED));

        // One half of what c1 gives back is still unclaimed.
        assertThat(node.call("d", spec("four", 1))).isEmpty();
        assertThat(told(node.call("e", spec("five", 1)))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c3", "c"), launch("c4", "d"));
        assertThat(told(node.gone("c2"))).containsExactly(launch("c5", "e"));
    }

    @Test
    void cpuOnItsWayBackIsNotEvictedForTwice() {
        TableDriver node = TableDriver.of(true, 10, 4, 10, 1);
        node.idle("a", spec("one", 0, 2));
        node.idle("b", spec("two", 0, 2));
        assertThat(told(node.call("c", spec("three", 0, 1)))).containsExactly(remove("c1", Reason.EVICTED));

        assertThat(node.call("d", spec("four", 0, 1))).isEmpty();
        assertThat(told(node.call("e", spec("five", 0, 1)))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c3", "c"), launch("c4", "d"));
    }

    @Test
    void whatAnEvictionLeavesOverIsPromisedToTheNextInTheSameTurn() {
        TableDriver node = TableDriver.blocking(5);
        node.idle("a", spec("one", 2));
        node.idle("b", spec("two", 1));
        node.busy("c", spec("three", 2));
        node.call("d", spec("big", 5));
        node.call("e", spec("four", 1));
        node.call("f", spec("five", 1));

        assertThat(told(node.cancel("d"))).containsExactly(remove("c1", Reason.EVICTED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c4", "e"), launch("c5", "f"));
    }

    @Test
    void aContainerThatEndsByItselfCountsAsRoomOnItsWayBack() {
        TableDriver node = TableDriver.nonBlocking(1);
        node.busy("a", spec("one", 1));
        node.ending("c1");

        assertThat(node.call("b", spec("two", 1))).isEmpty();
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
    }

    @Test
    void nobodyTakesWhatAnEarlierWaiterWasPromised() {
        TableDriver node = TableDriver.nonBlocking(4);
        node.idle("a", spec("one", 3));
        assertThat(told(node.call("b", spec("big", 4)))).containsExactly(remove("c1", Reason.EVICTED));

        assertThat(told(node.call("c", spec("small", 1)))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
    }

    @Test
    void weightlessContainersAlwaysFitAndAreNeverEvicted() {
        TableDriver node = TableDriver.blocking(1);
        node.idle("s", spec("status", 0));
        node.busy("a", spec("one", 1));
        assertThat(node.call("b", spec("two", 1))).isEmpty();

        assertThat(told(node.call("t", spec("status", 0)))).containsExactly(grant("c1", "t"));
        assertThat(told(node.call("u", spec("status", 0)))).containsExactly(launch("c3", "u"));
    }

    @Test
    void freedRoomIsGivenInOrderOfArrivalAcrossQueues() {
        TableDriver node = TableDriver.blocking(2);
        node.busy("a", spec("full", 2));
        node.call("b", spec("one", 1));
        node.call("c", spec("two", 1));
        node.call("d", spec("one", 1));

        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"), launch("c3", "c"));
    }

    @Test
    void aBigOneAtTheHeadDoesNotStarveBehindSmallOnes() {
        TableDriver node = TableDriver.blocking(4);
        node.busy("a", spec("one", 1));
        node.busy("b", spec("two", 3));
        assertThat(node.call("c", spec("big", 4))).isEmpty();

        node.gone("c1");
        assertThat(node.call("d", spec("small", 1))).isEmpty();
        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void smallOnesGoOnOnceTheBigOneAtTheHeadHasLeft() {
        TableDriver node = TableDriver.blocking(4);
        node.busy("a", spec("one", 3));
        node.call("b", spec("big", 4));
        assertThat(node.call("c", spec("small", 1))).isEmpty();

        assertThat(told(node.cancel("b"))).containsExactly(launch("c2", "c"));
    }

    @Test
    void aSlotThatBecomesIdleIsGivenUpForAStarvedWaiterOfAnotherQueue() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant busy = node.busy("a", spec("one", 1));
        node.call("b", spec("two", 1));

        assertThat(told(node.release("c1", busy.lease()))).containsExactly(remove("c1", Reason.EVICTED));
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
    }

    @Test
    void aSlotThatItsOwnQueueWaitsForIsNotGivenUp() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant busy = node.busy("a", spec("one", 1));
        node.call("b", spec("two", 1));
        node.call("c", spec("one", 1));

        assertThat(told(node.release("c1", busy.lease()))).containsExactly(grant("c1", "c"));
    }

    @Test
    void slotsAreGivenUpOneByOneUntilTheHeadFits() {
        TableDriver node = TableDriver.blocking(2);
        Command.Grant one = node.busy("a", spec("one", 1));
        Command.Grant two = node.busy("b", spec("two", 1));
        node.call("c", spec("big", 2));

        assertThat(told(node.release("c1", one.lease()))).containsExactly(remove("c1", Reason.EVICTED));
        assertThat(node.gone("c1")).isEmpty();
        assertThat(told(node.release("c2", two.lease()))).containsExactly(remove("c2", Reason.EVICTED));
        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "c"));
    }

    @Test
    void aContainerThatStartsForNobodyIsGivenUpForAStarvedWaiter() {
        TableDriver node = TableDriver.blocking(1);
        node.call("a", spec("one", 1));
        node.call("b", spec("two", 1));
        node.cancel("a");

        assertThat(told(node.ready("c1"))).containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void inNonBlockingModeAWaiterWithAContainerOnItsWayWaits() {
        TableDriver node = TableDriver.nonBlocking(1);
        node.call("a", spec("one", 1));
        node.cancel("a");
        assertThat(node.call("b", spec("one", 1))).isEmpty();

        // Its cover fails; what that gives back is promised to it.
        assertThat(node.fails("c1", ErrorCode.INIT_FAILED)).isEmpty();
        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "b"));
    }

    @Test
    void aCancelledWaiterTakesNoRoom() {
        TableDriver node = TableDriver.blocking(1);
        node.busy("a", spec("one", 1));
        node.call("b", spec("two", 1));
        node.call("c", spec("three", 1));
        node.cancel("b");

        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "c"));
    }

    @Test
    void whoIsServedByAFreedSlotWantsNoRoomAnyMore() {
        TableDriver node = TableDriver.blocking(2);
        Command.Grant one = node.busy("a", spec("one", 1));
        node.busy("b", spec("two", 1));
        node.call("c", spec("one", 1));
        node.call("d", spec("three", 1));
        node.release("c1", one.lease());

        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "d"));
    }
}
