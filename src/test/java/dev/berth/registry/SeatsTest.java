package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.revoke;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage.LeaseClaimed;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Containers that take several calls at once. */
final class SeatsTest {
    private static final ContainerSpec CROWD = spec("crowd", 1).withOptions(SlotOptions.of(0, 3));

    private final TableDriver node = TableDriver.blocking(10);

    private NodeSnapshot.Queue queue() {
        return node.snapshot().queues().get(0);
    }

    private Command.Grant granted(String call) {
        return (Command.Grant) node.call(call, CROWD).get(0);
    }

    @Test
    void soManyWaitForOneContainerAndAllHaveItAtOnce() {
        assertThat(told(node.call("a", CROWD))).containsExactly(launch("c1", "a"));
        assertThat(node.call("b", CROWD)).isEmpty();
        assertThat(node.call("c", CROWD)).isEmpty();

        assertThat(told(node.ready("c1"))).containsExactly(grant("c1", "a"), grant("c1", "b"), grant("c1", "c"));
        assertThat(queue().busy()).isEqualTo(1);
        assertThat(queue().calls()).isEqualTo(3);
    }

    @Test
    void soManyThatLackedRoomHaveOneContainerStartedForThem() {
        node.idle("whole", spec("whole", 10));
        assertThat(told(node.call("a", CROWD))).containsExactly(remove("c1", Reason.EVICTED));
        node.call("b", CROWD);
        node.call("c", CROWD);

        assertThat(told(node.gone("c1"))).containsExactly(launch("c2", "a"));
        assertThat(told(node.ready("c2"))).containsExactly(grant("c2", "a"), grant("c2", "b"), grant("c2", "c"));
    }

    @Test
    void oneMoreThanThatIsNotGivenTheSameContainer() {
        node.idle("first", CROWD);
        for (String call : List.of("a", "b", "c")) {
            assertThat(told(node.call(call, CROWD))).containsExactly(grant("c1", call));
        }

        node.call("d", CROWD);

        assertThat(queue().waiting()).isEqualTo(1);
    }

    @Test
    void theFullestGoesFirstSoThatOthersRest() {
        TableDriver each = TableDriver.without();
        for (String call : List.of("a", "b", "c", "d")) {
            each.call(call, CROWD);
        }
        List<Command> first = each.ready("c1");
        List<Command> second = each.ready("c2");
        assertThat(told(first)).containsExactly(grant("c1", "a"), grant("c1", "b"), grant("c1", "c"));
        assertThat(told(second)).containsExactly(grant("c2", "d"));
        each.release("c1", ((Command.Grant) first.get(0)).lease());

        assertThat(told(each.call("e", CROWD))).containsExactly(grant("c1", "e"));
        assertThat(told(each.call("f", CROWD))).containsExactly(grant("c2", "f"));
    }

    @Test
    void itIsIdleOnlyWhenTheLastOfItsCallsIsOver() {
        node.idle("first", CROWD);
        Command.Grant one = granted("a");
        Command.Grant other = granted("b");
        node.release("c1", one.lease());
        assertThat(queue().idle()).isZero();
        assertThat(node.pass(Duration.ofMinutes(5))).noneMatch(Command.Remove.class::isInstance);
        node.release("c1", one.lease());
        assertThat(queue().calls()).as("a lease that is over counts no more").isEqualTo(1);

        node.release("c1", other.lease());

        assertThat(queue().idle()).isEqualTo(1);
        assertThat(told(node.pass(Duration.ofSeconds(30)))).containsExactly(remove("c1", Reason.IDLE_TIMEOUT));
    }

    @Test
    void itIsNotEvictedWhileACallIsInside() {
        TableDriver small = TableDriver.blocking(1);
        small.idle("first", CROWD);
        Command.Grant one = (Command.Grant) small.call("a", CROWD).get(0);
        Command.Grant other = (Command.Grant) small.call("b", CROWD).get(0);
        assertThat(small.call("x", spec("other", 1))).isEmpty();
        assertThat(small.release("c1", one.lease())).isEmpty();

        assertThat(told(small.release("c1", other.lease()))).containsExactly(remove("c1", Reason.EVICTED));
    }

    @Test
    void eachLeaseIsClaimedByItself() {
        node.idle("first", CROWD);
        Command.Grant one = granted("a");
        Command.Grant other = granted("b");
        node.apply(new LeaseClaimed("c1", other.lease()));

        assertThat(told(node.pass(Duration.ofMinutes(1)))).containsExactly(revoke("c1", one.lease()));
        node.giveBack("c1", one.lease());
        assertThat(queue().calls()).isEqualTo(1);
    }

    @Test
    void whatIsSpoiltTakesNoFurtherCall() {
        node.idle("first", CROWD);
        granted("a");
        granted("b");
        node.ending("c1");

        assertThat(told(node.call("c", CROWD))).containsExactly(launch("c2", "c"));
        assertThat(queue().calls()).isZero();
    }

    @Test
    void whatAnOperatorWantsGoneTakesNoFurtherCallAndGoesWithTheLast() {
        node.idle("first", CROWD);
        Command.Grant one = granted("a");
        Command.Grant other = granted("b");
        node.clear(CROWD);

        assertThat(told(node.call("c", CROWD))).noneMatch(grant("c1", "c")::equals);
        node.release("c1", one.lease());
        assertThat(told(node.release("c1", other.lease()))).contains(remove("c1", Reason.CLEARED));
    }

    @Test
    void aDrainWaitsForTheLast() {
        node.idle("first", CROWD);
        Command.Grant one = granted("a");
        Command.Grant other = granted("b");
        node.drain();
        node.call("late", CROWD);
        assertThat(node.release("c1", one.lease())).isEmpty();

        assertThat(told(node.release("c1", other.lease()))).containsExactly(remove("c1", Reason.DRAINING));
    }

    @Test
    void howManyIsTheFirstCallsWord() {
        node.idle("first", CROWD);
        granted("a");

        assertThat(told(node.call("b", CROWD.withOptions(SlotOptions.NONE)))).containsExactly(grant("c1", "b"));
    }

    @Test
    void othersAreToldOfPlacesForCalls() {
        node.idle("first", CROWD);
        granted("a");

        Entry entry = Entry.of(queue());

        assertThat(entry.idle()).isEqualTo(2);
        assertThat(entry.busy()).isEqualTo(1);
    }

    @Test
    void aFrozenOneIsWokenOnce() {
        node.idle("first", CROWD);
        node.paused("c1", true);

        assertThat(node.call("a", CROWD)).hasSize(2);
        assertThat(node.call("b", CROWD)).hasSize(1);
    }
}
