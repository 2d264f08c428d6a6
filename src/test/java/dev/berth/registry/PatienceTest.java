package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.AcquireSlot.Mode;
import dev.berth.call.ContainerSpec;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls that would rather be refused than wait: those that can go elsewhere. */
final class PatienceTest {
    private static final ContainerSpec FN = spec("fn", 1);
    private static final ContainerSpec OTHER = spec("other", 1);

    private static AcquireSlot request(String call, Mode mode, Duration patience) {
        return request(call, FN, mode, patience);
    }

    private static AcquireSlot request(String call, ContainerSpec spec, Mode mode, Duration patience) {
        return new AcquireSlot(TableDriver.INGRESS, TableDriver.ticket(call), call, spec, mode, patience);
    }

    @Test
    void anIdleSlotIsGrantedHoweverImpatientTheCall() {
        TableDriver node = TableDriver.blocking(1);
        node.idle("a", FN);

        assertThat(told(node.apply(request("b", Mode.EXISTING, Duration.ZERO)))).containsExactly(grant("c1", "b"));
    }

    @Test
    void withoutAContainerOfItsQueueACallForExistingOnesIsRefused() {
        TableDriver node = TableDriver.blocking(10);

        assertThat(told(node.apply(request("a", Mode.EXISTING, Duration.ofSeconds(1)))))
                .containsExactly(refuse("a", ErrorCode.SERVER_BUSY));
        assertThat(node.snapshot().queues()).isEmpty();
    }

    @Test
    void aCallWaitsAsLongAsItsPatienceLastsAndNoLonger() {
        TableDriver node = TableDriver.blocking(1);
        node.busy("a", FN);
        assertThat(node.apply(request("b", Mode.EXISTING, Duration.ofSeconds(1))))
                .isEmpty();
        assertThat(node.apply(request("c", Mode.ANY, Duration.ofSeconds(2)))).isEmpty();

        assertThat(node.pass(Duration.ofSeconds(1).minusNanos(1))).isEmpty();
        assertThat(node.table.nextDeadlineNanos()).hasValue(node.now() + 1);
        assertThat(told(node.pass(Duration.ofNanos(1)))).containsExactly(refuse("b", ErrorCode.SERVER_BUSY));
        assertThat(told(node.pass(Duration.ofSeconds(1)))).containsExactly(refuse("c", ErrorCode.SERVER_BUSY));
        assertThat(node.snapshot().queues()).allMatch(queue -> queue.waiting() == 0);
    }

    @Test
    void aSlotThatComesInTimeIsGranted() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant busy = node.busy("a", FN);
        node.apply(request("b", Mode.EXISTING, Duration.ofSeconds(1)));

        assertThat(told(node.release("c1", busy.lease()))).containsExactly(grant("c1", "b"));
        assertThat(node.pass(Duration.ofSeconds(2))).isEmpty();
    }

    @Test
    void aContainerStartedForACallThatHasGivenUpIsKept() {
        TableDriver node = TableDriver.blocking(1);
        assertThat(told(node.apply(request("a", Mode.ANY, Duration.ofSeconds(1)))))
                .containsExactly(launch("c1", "a"));
        node.pass(Duration.ofSeconds(1));

        assertThat(node.ready("c1")).isEmpty();
        assertThat(node.snapshot().queues()).allMatch(queue -> queue.idle() == 1);
    }

    @Test
    void nothingIsStartedForACallThatWaitsForExistingContainersOnly() {
        TableDriver node = TableDriver.blocking(10);
        Command.Grant busy = node.busy("a", FN);

        assertThat(node.apply(request("b", Mode.EXISTING, Duration.ofSeconds(60))))
                .isEmpty();
        assertThat(node.pass(Duration.ofSeconds(30))).isEmpty();
        assertThat(told(node.release("c1", busy.lease()))).containsExactly(grant("c1", "b"));
    }

    @Test
    void nothingIsRemovedOrKeptFreeForACallThatWaitsForExistingContainersOnly() {
        TableDriver node = TableDriver.blocking(2);
        node.busy("a", FN);
        node.idle("other", OTHER);
        assertThat(node.apply(request("b", Mode.EXISTING, Duration.ofSeconds(60))))
                .isEmpty();

        assertThat(told(node.apply(request("c", OTHER, Mode.ANY, Duration.ofSeconds(1)))))
                .containsExactly(grant("c2", "c"));
        assertThat(told(node.call("d", FN))).isEmpty();
        node.cancel("d");
        assertThat(told(node.giveBack("c2", 3))).isEmpty();
        assertThat(node.snapshot().queues()).anyMatch(queue -> queue.idle() == 1);
    }

    @Test
    void otherCallsBesideItHaveTheirOwnContainersStarted() {
        TableDriver node = TableDriver.without();
        Command.Grant busy = node.busy("a", FN);
        node.apply(request("b", Mode.EXISTING, Duration.ofSeconds(60)));

        assertThat(told(node.call("c", FN))).containsExactly(launch("c2", "c"));
        assertThat(told(node.ready("c2"))).containsExactly(grant("c2", "b"), launch("c3", "c"));
        assertThat(told(node.release("c1", busy.lease()))).containsExactly(grant("c1", "c"));
    }

    @Test
    void whoWaitsForExistingContainersWithTooManyOthersIsSentOnNowAndThen() {
        TableDriver node = TableDriver.without();
        node.call("first", FN);
        node.pass(Duration.ofMillis(400));
        Command.Grant busy = (Command.Grant) node.ready("c1").get(0);
        node.release("c1", busy.lease());
        busy = (Command.Grant) node.call("second", FN).get(0);
        node.pass(Duration.ofMillis(10));
        node.release("c1", busy.lease());
        busy = (Command.Grant) node.call("third", FN).get(0);
        for (int i = 0; i < 20; i++) {
            node.apply(request("w" + i, Mode.EXISTING, AcquireSlot.FOREVER));
        }

        List<Command> refused = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            node.pass(Duration.ofMillis(10));
            for (Command command : node.release("c1", busy.lease())) {
                if (command instanceof Command.Grant grant) {
                    busy = grant;
                } else {
                    refused.add(command);
                }
            }
            node.apply(request("v" + i, Mode.EXISTING, AcquireSlot.FOREVER));
        }

        assertThat(refused).hasSizeBetween(2, 20).allMatch(Command.Refuse.class::isInstance);
    }

    @Test
    void whoWaitsForExistingContainersIsRefusedWhenTheLastHasEnded() {
        TableDriver node = TableDriver.blocking(10);
        node.busy("a", FN);
        node.apply(request("b", Mode.EXISTING, AcquireSlot.FOREVER));
        node.apply(request("c", Mode.EXISTING, Duration.ofSeconds(60)));

        assertThat(told(node.ending("c1")))
                .containsExactly(refuse("b", ErrorCode.SERVER_BUSY), refuse("c", ErrorCode.SERVER_BUSY));
        node.gone("c1");
        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(node.table.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void whoRelaunchesDoesSoForThoseWhoMayBeLaunchedForOnly() {
        TableDriver node = TableDriver.without();
        node.call("a", FN);
        node.apply(request("b", Mode.EXISTING, Duration.ofSeconds(60)));

        assertThat(told(node.fails("c1", ErrorCode.INIT_FAILED)))
                .containsExactly(refuse("a", ErrorCode.INIT_FAILED), refuse("b", ErrorCode.SERVER_BUSY));
    }
}
