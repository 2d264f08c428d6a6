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
import org.junit.jupiter.api.Test;

/** Calls that would rather be refused than wait: those that can go elsewhere. */
final class PatienceTest {
    private static final ContainerSpec FN = spec("fn", 1);

    private static AcquireSlot request(String call, Mode mode, Duration patience) {
        return new AcquireSlot(TableDriver.INGRESS, TableDriver.ticket(call), call, FN, mode, patience);
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
}
