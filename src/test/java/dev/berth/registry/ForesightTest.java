package dev.berth.registry;

import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.remove;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotOptions;
import dev.berth.config.FloorConfig;
import dev.berth.config.ForesightConfig;
import dev.berth.config.KeepConfig;
import dev.berth.error.ErrorCode;
import dev.berth.why.ColdCause;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Start;
import dev.berth.why.SlotFacts.Waited;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Containers that are started ahead of calls. */
final class ForesightTest {
    private static final Duration PERIOD = Duration.ofMinutes(1);

    /** When a window has opened for sure, and its call is not there yet. */
    private static final Duration AHEAD = Duration.ofMillis(200);

    private static final ForesightConfig ON = new ForesightConfig(true, 0.5, Duration.ofSeconds(10));

    private final TableDriver node = node(ON, 10);

    private static TableDriver node(ForesightConfig foresight, long memoryMiB) {
        KeepConfig plain = KeepConfig.DEFAULT;
        return TableDriver.keeping(
                new KeepConfig(
                        plain.keep(),
                        plain.maxIdle(),
                        plain.leastSaved(),
                        plain.evict(),
                        new FloorConfig(8, 0.5, Duration.ofHours(1)),
                        foresight),
                memoryMiB);
    }

    /** It takes no time. */
    private static void call(TableDriver node, ContainerSpec spec) {
        List<Command> commands = node.call("regular", spec);
        Command.Grant grant = commands.get(0) instanceof Command.Launch launch
                ? (Command.Grant) node.ready(launch.containerId()).get(0)
                : (Command.Grant) commands.get(0);
        node.release(grant.containerId(), grant.lease());
    }

    /** Lets time pass as a timer sees it, and removals be over at once. */
    private static void pass(TableDriver node, Duration time) {
        long end = node.now() + time.toNanos();
        for (OptionalLong next = node.table.nextDeadlineNanos();
                next.isPresent() && next.getAsLong() - end <= 0;
                next = node.table.nextDeadlineNanos()) {
            carryOut(node, node.pass(Duration.ofNanos(Math.max(0, next.getAsLong() - node.now()))));
        }
        carryOut(node, node.pass(Duration.ofNanos(end - node.now())));
    }

    private static void carryOut(TableDriver node, List<Command> commands) {
        for (Command command : commands) {
            if (command instanceof Command.Remove remove) {
                carryOut(node, node.gone(remove.containerId()));
            }
        }
    }

    /** So many calls, the last a period ago but for a moment. */
    private static void regular(TableDriver node, ContainerSpec spec, int calls) {
        for (int i = 0; i < calls; i++) {
            if (i > 0) {
                pass(node, AHEAD);
            }
            call(node, spec);
            pass(node, PERIOD.minus(AHEAD));
        }
    }

    /** As many calls as it takes to know the period; the next is due in a moment. */
    private static String foreseen(TableDriver node, ContainerSpec spec) {
        int before = node.launched();
        regular(node, spec, Period.ENOUGH + 1);
        assertThat(node.launched()).isEqualTo(before + Period.ENOUGH + 2);
        return "c" + node.launched();
    }

    @Test
    void aContainerIsStartedAheadOfTheNextRegularCall() {
        String guess = foreseen(node, spec("one", 1));
        node.ready(guess);
        pass(node, AHEAD);
        Command.Grant grant = (Command.Grant) node.call("next", spec("one", 1)).get(0);

        assertThat(grant.containerId()).isEqualTo(guess);
        assertThat(grant.facts().start()).isEqualTo(Start.FORESEEN);
    }

    @Test
    void aContainerThatIsStillThereServesAndNoneIsStarted() {
        ContainerSpec spec = spec("one", 1, 0, 0, PERIOD.multipliedBy(2), null);
        regular(node, spec, 2 * Period.ENOUGH);

        assertThat(node.launched()).isEqualTo(1);
    }

    @Test
    void whatTheCallFindsGoesWithItsIdleTimeoutLikeAnyOther() {
        String guess = foreseen(node, spec("one", 1));
        node.ready(guess);
        call(node, spec("one", 1));

        assertThat(node.pass(Duration.ofSeconds(29))).isEmpty();
        assertThat(told(node.pass(Duration.ofSeconds(1)))).containsExactly(remove(guess, Reason.IDLE_TIMEOUT));
    }

    @Test
    void ifNoCallComesItGoesWhenTheWindowCloses() {
        ContainerSpec spec = spec("one", 1);
        String guess = foreseen(node, spec);
        node.ready(guess);
        pass(node, AHEAD);
        assertThat(node.usedMiB()).isEqualTo(1);

        assertThat(told(node.pass(Duration.ofMillis(300)))).containsExactly(remove(guess, Reason.IDLE_TIMEOUT));
        node.gone(guess);
        pass(node, Duration.ofHours(1));
        assertThat(node.launched()).isEqualTo(Period.ENOUGH + 2);
        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(node.table.queues.all()).isEmpty();
        assertThat(node.table.nextDeadlineNanos()).isEmpty();

        Command.Launch launch = (Command.Launch) node.call("late", spec).get(0);
        SlotFacts facts = ((Command.Grant) node.ready(launch.containerId()).get(0)).facts();
        assertThat(facts.start()).isEqualTo(Start.COLD);
        assertThat(facts.cold().reason()).isEqualTo(ColdCause.Reason.NOT_CALLED);
    }

    @Test
    void whatIsUpTooLateGoesAtOnce() {
        String guess = foreseen(node, spec("one", 1));
        pass(node, Duration.ofSeconds(2));
        node.ready(guess);

        assertThat(told(node.pass(Duration.ZERO))).containsExactly(remove(guess, Reason.IDLE_TIMEOUT));
    }

    @Test
    void aCallThatComesWhileItStartsWaitsForIt() {
        String guess = foreseen(node, spec("one", 1));

        assertThat(node.call("early", spec("one", 1))).isEmpty();
        Command.Grant grant = (Command.Grant) node.ready(guess).get(0);
        assertThat(grant.facts().start()).isEqualTo(Start.COLD);
        assertThat(grant.facts().waited()).isEqualTo(Waited.START_AHEAD);
    }

    @Test
    void itIsTheFirstToBeEvictedWhetherItIsUpOrNot() {
        for (boolean up : new boolean[] {true, false}) {
            TableDriver full = node(ON, 3);
            String old = full.idle("old", spec("old", 1, 0, 0, Duration.ofHours(1), null));
            String guess = foreseen(full, spec("one", 1));
            if (up) {
                full.ready(guess);
            }

            assertThat(told(full.call("x", spec("other", 2)))).containsExactly(remove(guess, Reason.EVICTED));
            full.ready(guess);
            assertThat(told(full.gone(guess))).containsExactly(launch("c" + full.launched(), "x"));
            assertThat(old).isEqualTo("c1");
        }
    }

    @Test
    void oneThatACallWaitsForIsNotEvictedForAnother() {
        TableDriver full = node(ON, 2);
        String guess = foreseen(full, spec("one", 1));
        full.call("early", spec("one", 1));

        assertThat(full.call("x", spec("other", 2))).isEmpty();
        assertThat(told(full.ready(guess))).containsExactly(Commands.grant(guess, "early"));
    }

    @Test
    void nothingIsEvictedForAGuess() {
        TableDriver full = node(new ForesightConfig(true, 1, Duration.ofSeconds(10)), 2);
        regular(full, spec("one", 1), Period.ENOUGH);
        pass(full, AHEAD);
        call(full, spec("one", 1));
        pass(full, Duration.ofSeconds(40));
        full.idle("old", spec("old", 2, 0, 0, Duration.ofHours(1), null));
        int before = full.launched();
        pass(full, PERIOD);

        assertThat(full.launched()).isEqualTo(before);
    }

    @Test
    void nothingIsStartedAheadWhileSomebodyLacksRoom() {
        expectTheNextCall();
        Command.Grant busy = node.busy("busy", spec("busy", 5));
        node.call("big", spec("whole", 10));
        int before = node.launched();
        pass(node, Duration.ofSeconds(20));
        assertThat(node.launched()).isEqualTo(before);

        assertThat(told(node.cancel("big"))).containsExactly(launch("c" + (before + 1), ""));
        assertThat(busy.containerId()).isEqualTo("c" + before);
    }

    @Test
    void guessesTakeNoMoreThanTheirShare() {
        TableDriver small = node(new ForesightConfig(true, 0.2, Duration.ofSeconds(10)), 10);
        for (int i = 0; i <= Period.ENOUGH; i++) {
            if (i > 0) {
                pass(small, AHEAD);
            }
            for (String name : List.of("a", "b", "c")) {
                call(small, spec(name, 1));
            }
            pass(small, PERIOD.minus(AHEAD));
        }
        assertThat(small.usedMiB()).isEqualTo(2);
        int before = small.launched();
        String guess = "c" + before;
        small.ready("c" + (before - 1));
        small.ready(guess);

        small.ending(guess);
        assertThat(small.pass(Duration.ofMillis(1))).isEmpty();
        assertThat(told(small.gone(guess))).containsExactly(launch("c" + (before + 1), ""));
    }

    @Test
    void noneIsStartedThatWouldSlowTheStartOfAnother() {
        regular(node, spec("one", 1), Period.ENOUGH);
        pass(node, AHEAD);
        call(node, spec("one", 1));
        pass(node, PERIOD.minus(Duration.ofSeconds(1)));
        // The node has 8 processors.
        for (String each : List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")) {
            node.call(each, spec(each, 0, 1));
        }
        int before = node.launched();
        pass(node, Duration.ofMillis(900));
        assertThat(node.launched()).isEqualTo(before);

        assertThat(told(node.ready("c" + before))).contains(launch("c" + (before + 1), ""));
    }

    @Test
    void whatIsCalledTooOftenOrReservesNothingIsNotForeseen() {
        TableDriver slow = node(new ForesightConfig(true, 0.5, PERIOD.multipliedBy(2)), 10);
        regular(slow, spec("one", 1), 2 * Period.ENOUGH);
        assertThat(slow.launched()).isEqualTo(2 * Period.ENOUGH);

        TableDriver free = node(ON, 10);
        regular(free, spec("free", 0), 2 * Period.ENOUGH);
        assertThat(free.launched()).isEqualTo(2 * Period.ENOUGH);
    }

    @Test
    void itIsOffUnlessItIsSetOn() {
        TableDriver off = node(ForesightConfig.DEFAULT, 10);
        regular(off, spec("one", 1), 2 * Period.ENOUGH);

        assertThat(off.launched()).isEqualTo(2 * Period.ENOUGH);
    }

    @Test
    void aQueueThatIsOnlyExpectedIsNotToldOf() {
        expectTheNextCall();

        assertThat(node.snapshot().queues()).isEmpty();
        assertThat(node.table.queues.all()).hasSize(1);
    }

    @Test
    void aNewKeyOfTheFunctionEndsWhatWasExpectedOfTheOld() {
        expectTheNextCall();
        call(node, Specs.newKey(spec("one", 1), "new"));

        assertThat(node.table.queues.all()).hasSize(1);
    }

    @Test
    void nothingIsStartedAheadWhileTheEngineIsGone() {
        expectTheNextCall();
        node.engineAnswers(false);
        int before = node.launched();
        pass(node, PERIOD);

        assertThat(node.launched()).isEqualTo(before);
    }

    @Test
    void oneThatDoesNotComeUpIsNotTriedAgainForThisCall() {
        String guess = foreseen(node, spec("one", 1));
        int before = node.launched();
        node.fails(guess, ErrorCode.INIT_TIMEOUT);
        node.gone(guess);
        pass(node, PERIOD);

        assertThat(node.launched()).isEqualTo(before);
    }

    @Test
    void aDrainEndsAll() {
        String guess = foreseen(node, spec("one", 1));
        assertThat(told(node.drain())).containsExactly(remove(guess, Reason.DRAINING));

        assertThat(node.gone(guess)).containsExactly(new Command.Drained());
        assertThat(node.table.nextDeadlineNanos()).isEmpty();
        assertThat(node.table.queues.all()).isEmpty();
    }

    @Test
    void whatIsKeptAnywayStaysWhenTheWindowHasClosed() {
        String guess = foreseen(node, spec("one", 1));
        node.ready(guess);
        ContainerSpec kept = spec("one", 1).withOptions(SlotOptions.of(1, 1));
        call(node, kept);
        pass(node, PERIOD.multipliedBy(5));

        assertThat(node.usedMiB()).isEqualTo(1);
        assertThat(node.launched()).isEqualTo(Period.ENOUGH + 2);
    }

    /** A function has been called with a regular period, its last container has gone, and its next call is due. */
    private void expectTheNextCall() {
        regular(node, spec("one", 1), Period.ENOUGH);
        pass(node, AHEAD);
        call(node, spec("one", 1));
        pass(node, Duration.ofSeconds(40));
    }
}
