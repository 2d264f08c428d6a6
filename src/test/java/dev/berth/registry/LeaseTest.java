package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.revoke;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.LeaseClaimed;
import dev.berth.bus.RegistryMessage.NodeLost;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases whose holders do not use them. */
final class LeaseTest {
    private static final ContainerSpec FN = spec("fn", 1);
    private static final String THERE = "there";

    @Test
    void aLeaseOfAnotherNodeThatNobodyClaimsGoesToTheNextWaiter() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant lost = granted(node, THERE);
        node.call("next", FN);

        assertThat(lost.claimWithinNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(node.pass(Duration.ofSeconds(2).minusNanos(1))).isEmpty();
        assertThat(told(node.pass(Duration.ofNanos(1)))).containsExactly(revoke("c1", lost.lease()));
        assertThat(told(node.giveBack("c1", lost.lease()))).containsExactly(grant("c1", "next"));
    }

    @Test
    void aLeaseOfThisNodeHasALongTimeAndAnEnd() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant lost = node.busy("a", FN);

        assertThat(node.pass(Duration.ofSeconds(59))).isEmpty();
        assertThat(told(node.pass(Duration.ofSeconds(1)))).containsExactly(revoke("c1", lost.lease()));
        assertThat(node.giveBack("c1", lost.lease())).isEmpty();
        assertThat(node.snapshot().queues()).allMatch(queue -> queue.idle() == 1 && queue.busy() == 0);
    }

    @Test
    void aClaimedLeaseIsAskedAboutOnce() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant running = granted(node, THERE);
        node.pass(Duration.ofSeconds(2));

        assertThat(node.apply(new LeaseClaimed("c1", running.lease()))).isEmpty();
        assertThat(node.pass(Duration.ofHours(1))).isEmpty();
        node.call("next", FN);
        assertThat(told(node.release("c1", running.lease()))).containsExactly(grant("c1", "next"));
    }

    @Test
    void aLeaseThatIsOverIsNotAskedAbout() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant done = granted(node, THERE);
        node.release("c1", done.lease());

        assertThat(node.pass(Duration.ofSeconds(10))).isEmpty();
    }

    @Test
    void aLostNodeWaitsForNothingAndItsUnclaimedLeasesAreAskedAboutAtOnce() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant lost = granted(node, THERE);
        node.apply(request(THERE, "theirs", 2));
        node.call("ours", FN);

        assertThat(told(node.apply(new NodeLost(THERE))))
                .containsExactly(refuse("theirs", ErrorCode.SERVER_BUSY), revoke("c1", lost.lease()));
        assertThat(told(node.giveBack("c1", lost.lease()))).containsExactly(grant("c1", "ours"));
        assertThat(node.snapshot().queues()).allMatch(queue -> queue.waiting() == 0);
    }

    @Test
    void aLostNodeTouchesNobodyElse() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant ours = node.busy("a", FN);
        node.call("b", FN);

        assertThat(node.apply(new NodeLost(THERE))).isEmpty();
        assertThat(told(node.release("c1", ours.lease()))).containsExactly(grant("c1", "b"));
    }

    @Test
    void aContainerStartedForALostNodeIsKeptForOthers() {
        TableDriver node = TableDriver.blocking(1);
        assertThat(told(node.apply(request(THERE, "theirs", 1)))).containsExactly(launch("c1", "theirs"));

        assertThat(told(node.apply(new NodeLost(THERE)))).containsExactly(refuse("theirs", ErrorCode.SERVER_BUSY));
        assertThat(node.ready("c1")).isEmpty();
        assertThat(told(node.call("ours", FN))).containsExactly(grant("c1", "ours"));
    }

    @Test
    void aDrainEndsAlthoughAHolderIsLost() {
        TableDriver node = TableDriver.blocking(1);
        Command.Grant lost = granted(node, THERE);
        node.drain();

        node.apply(new NodeLost(THERE));
        assertThat(told(node.giveBack("c1", lost.lease()))).containsExactly(remove("c1", Reason.DRAINING));
        assertThat(told(node.gone("c1"))).containsExactly(Commands.drained());
    }

    private static Command.Grant granted(TableDriver node, String incarnation) {
        node.apply(request(incarnation, "theirs", 1));
        List<Command> commands = node.ready("c1");
        return (Command.Grant) commands.get(0);
    }

    private static AcquireSlot request(String incarnation, String call, long ticket) {
        return new AcquireSlot(Addresses.ingress(incarnation, 0), ticket, call, FN);
    }
}
