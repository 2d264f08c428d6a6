package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.call.ContainerSpec;
import dev.berth.error.ErrorCode;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.Shortage;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Refused;
import dev.berth.why.SlotFacts.Start;
import dev.berth.why.SlotFacts.Waited;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What calls are told of why they got, or did not get, their slots. */
final class AccountTest {
    private static final ContainerSpec A = spec("a", 100);
    private static final ContainerSpec B = spec("b", 100);

    private static SlotFacts granted(List<Command> commands) {
        return commands.stream()
                .filter(Command.Grant.class::isInstance)
                .map(command -> ((Command.Grant) command).facts())
                .findFirst()
                .orElseThrow();
    }

    private static SlotFacts refused(List<Command> commands) {
        return commands.stream()
                .filter(Command.Refuse.class::isInstance)
                .map(command -> ((Command.Refuse) command).facts())
                .findFirst()
                .orElseThrow();
    }

    private static String launched(List<Command> commands) {
        return commands.stream()
                .filter(Command.Launch.class::isInstance)
                .map(command -> ((Command.Launch) command).containerId())
                .findFirst()
                .orElseThrow();
    }

    /** Why the next call of a queue has to wait for a container. */
    private static ColdCause causeOfNext(TableDriver node, String call, ContainerSpec spec) {
        String container = launched(node.call(call, spec));
        return granted(node.ready(container)).cold();
    }

    @Test
    void anIdleContainerIsHotAndNothingIsMadeForIt() {
        TableDriver node = TableDriver.blocking(1000);
        node.idle("first", A);

        assertThat(granted(node.call("second", A))).isSameAs(SlotFacts.HOT);
    }

    @Test
    void aFrozenContainerIsWoken() {
        TableDriver node = TableDriver.blocking(1000);
        String container = node.idle("first", A);
        node.paused(container, true);

        assertThat(granted(node.call("second", A))).isSameAs(SlotFacts.WOKEN);
    }

    @Test
    void theFirstCallOfAFunctionStartsCold() {
        TableDriver node = TableDriver.blocking(1000);

        SlotFacts facts = granted(node.ready(launched(node.call("first", A))));

        assertThat(facts.start()).isEqualTo(Start.COLD);
        assertThat(facts.waited()).isEqualTo(Waited.OWN_START);
        assertThat(facts.cold()).isEqualTo(ColdCause.of(ColdCause.Reason.FIRST));
        assertThat(facts.shortage()).isNull();
    }

    @Test
    void whereAllAreBusyTheyAreCounted() {
        TableDriver node = TableDriver.blocking(1000);
        node.busy("one", A);
        node.busy("two", A);
        node.call("three", A);

        String third = launched(node.pass(Duration.ofSeconds(1)));
        ColdCause cause = granted(node.ready(third)).cold();

        assertThat(cause.reason()).isEqualTo(ColdCause.Reason.ALL_BUSY);
        assertThat(cause.number()).isEqualTo(2);
    }

    @Test
    void anExpiredContainerIsRemembered() {
        TableDriver node = TableDriver.blocking(1000);
        String container = node.idle("first", A);
        node.pass(Duration.ofSeconds(31));
        node.gone(container);
        node.pass(Duration.ofSeconds(9));

        ColdCause cause = causeOfNext(node, "second", A);

        assertThat(cause).isEqualTo(new ColdCause(ColdCause.Reason.EXPIRED, 9_000, 30_000, "", 0, 0));
    }

    @Test
    void whoeverWasEvictedIsToldForWhom() {
        TableDriver node = TableDriver.blocking(150);
        String container = node.idle("first", A);
        String other = launchedAfter(node, node.call("other", B), container);
        Command.Grant grant = (Command.Grant) node.ready(other).get(0);
        node.release(other, grant.lease());
        node.pass(Duration.ofSeconds(5));

        node.call("second", A);
        SlotFacts facts = granted(node.ready(launched(node.gone(other))));

        assertThat(facts.cold())
                .isEqualTo(new ColdCause(ColdCause.Reason.EVICTED, 5_000, 0, "registry/b:1", 100 * MIB, 50 * MIB));
        assertThat(facts.waited()).isEqualTo(Waited.ROOM_COMING);
        assertThat(facts.shortage().missingBytes()).isEqualTo(50 * MIB);
    }

    private static String launchedAfter(TableDriver node, List<Command> evicting, String evicted) {
        assertThat(evicting).anyMatch(Command.Remove.class::isInstance);
        return launched(node.gone(evicted));
    }

    @Test
    void anEndByItselfIsRememberedWithItsExitCode() {
        TableDriver node = TableDriver.blocking(1000);
        String container = node.idle("first", A);
        node.apply(new ContainerEnding(container, ContainerFate.exited(137)));
        node.gone(container);

        ColdCause cause = causeOfNext(node, "second", A);

        assertThat(cause.reason()).isEqualTo(ColdCause.Reason.EXITED);
        assertThat(cause.number()).isEqualTo(137);
    }

    @Test
    void whatTheRegistryDecidedIsNotOverwrittenByHowTheContainerEnds() {
        TableDriver node = TableDriver.blocking(1000);
        String container = node.idle("first", A);
        node.pass(Duration.ofSeconds(31));
        node.apply(new ContainerEnding(container, ContainerFate.exited(0)));
        node.gone(container);

        assertThat(causeOfNext(node, "second", A).reason()).isEqualTo(ColdCause.Reason.EXPIRED);
    }

    @Test
    void aFailedLaunchIsRememberedAndToldTheCaller() {
        TableDriver node = TableDriver.blocking(1000);
        String container = launched(node.call("first", A));

        SlotFacts facts = refused(node.fails(container, ErrorCode.INIT_FAILED));
        node.gone(container);

        assertThat(facts.refused()).isEqualTo(Refused.LAUNCH_FAILED);
        assertThat(causeOfNext(node, "second", A).reason()).isEqualTo(ColdCause.Reason.LAUNCH_FAILED);
    }

    @Test
    void whoeverIsServedByACallThatEndsIsToldHowManyWereBeforeIt() {
        TableDriver node = TableDriver.blocking(100);
        Command.Grant running = node.busy("one", A);
        node.call("two", A);
        node.call("three", A);

        Command.Grant second = (Command.Grant)
                node.release(running.containerId(), running.lease()).get(0);
        SlotFacts facts = granted(node.release(second.containerId(), second.lease()));

        assertThat(facts.waited()).isEqualTo(Waited.BUSY);
        assertThat(facts.ahead()).isEqualTo(1);
        assertThat(facts.busy()).isEqualTo(1);
        assertThat(facts.shortage().missingBytes()).isEqualTo(100 * MIB);
    }

    @Test
    void whoeverGivesUpInTheQueueIsToldWhoIsFirstAndWhoHoldsTheRoom() {
        TableDriver node = TableDriver.blocking(1000);
        node.busy("v1", spec("video", 300));
        node.busy("v2", spec("video", 300));
        node.busy("t", spec("thumb", 100));
        node.call("big", spec("report", 900));
        node.call("mine", A);

        List<Command> told = node.apply(new CancelAcquire(TableDriver.INGRESS, TableDriver.ticket("mine"), true));

        Command.Explain explained = (Command.Explain) told.get(0);
        assertThat(explained.facts().refused()).isEqualTo(Refused.DEADLINE);
        assertThat(explained.facts().shortage())
                .isEqualTo(new Shortage(
                        600 * MIB,
                        0,
                        900 * MIB,
                        0,
                        "registry/report:1",
                        List.of(
                                new Shortage.Holder("registry/video:1", 600 * MIB, 0),
                                new Shortage.Holder("registry/thumb:1", 100 * MIB, 0))));
    }

    @Test
    void whoeverJustCancelsIsToldNothing() {
        TableDriver node = TableDriver.blocking(100);
        node.busy("one", A);
        node.call("two", A);

        assertThat(node.cancel("two")).isEmpty();
    }

    @Test
    void eachRefusalHasItsReason() {
        TableDriver full = TableDriver.of(false, 100, 8000, 0, 1);
        assertThat(refused(full.call("x", A)).refused()).isEqualTo(Refused.WAITERS_FULL);

        TableDriver node = TableDriver.nonBlocking(100);
        SlotFacts tooBig = refused(node.call("x", spec("big", 101)));
        assertThat(tooBig.refused()).isEqualTo(Refused.TOO_BIG);
        assertThat(tooBig.shortage().wantedBytes()).isEqualTo(101 * MIB);
        assertThat(tooBig.shortage().missingBytes()).isEqualTo(MIB);
        assertThat(refused(node.apply(new AcquireSlot(
                                TableDriver.INGRESS, 9, "x", A, AcquireSlot.Mode.EXISTING, Duration.ZERO)))
                        .refused())
                .isEqualTo(Refused.NOT_HERE);
        node.busy("one", A);
        SlotFacts noRoom = refused(node.call("y", B));
        assertThat(noRoom.refused()).isEqualTo(Refused.NO_ROOM);
        assertThat(noRoom.shortage().holders()).containsExactly(new Shortage.Holder("registry/a:1", 100 * MIB, 0));
        node.engineAnswers(false);
        assertThat(refused(node.call("y", B)).refused()).isEqualTo(Refused.ENGINE_GONE);
        node.drain();
        assertThat(refused(node.call("z", B)).refused()).isEqualTo(Refused.DRAINING);
    }

    @Test
    void onlySoManyQueuesAreRemembered() {
        Epitaphs epitaphs = new Epitaphs();
        for (int i = 0; i <= Epitaphs.MOST; i++) {
            epitaphs.write(Specs.key("q" + i), ColdCause.of(ColdCause.Reason.BROKE), 0);
        }

        assertThat(epitaphs.cause(Specs.queue(spec("q0", 1)), 0).reason()).isEqualTo(ColdCause.Reason.FIRST);
        assertThat(epitaphs.cause(Specs.queue(spec("q1", 1)), 0).reason()).isEqualTo(ColdCause.Reason.BROKE);
    }
}
