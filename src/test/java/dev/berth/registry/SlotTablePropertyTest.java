package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.KeepConfig;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

final class SlotTablePropertyTest {
    /** Of 1000 tries. */
    private static final int SELDOM = 5;

    enum Kind {
        CALL,
        CALL_KEEPING,
        CALL_REGULARLY,
        CANCEL,
        START,
        FAIL_START,
        FINISH,
        SPOIL,
        DIE,
        DIE_SILENTLY,
        VANISH,
        FREEZE,
        THAW,
        PASS,
        PASS_BRIEFLY,
        DELIVER_FROM_INGRESS,
        DELIVER_FROM_WORKER,
        DELIVER_TO_INGRESS,
        DELIVER_TO_INGRESS_AND_RETURN,
        DELIVER_TO_WORKER,
        DELIVER_RUN,
        LOSE_NODE,
        BELIEVE_NODE_LOST,
        LOSE_ANSWER,
        ADOPT,
        ADOPT_OF_ANOTHER
    }

    record Step(Kind kind, int which) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(6, Kind.CALL),
                Tuple.of(2, Kind.CALL_KEEPING),
                Tuple.of(2, Kind.CALL_REGULARLY),
                Tuple.of(1, Kind.CANCEL),
                Tuple.of(4, Kind.START),
                Tuple.of(1, Kind.FAIL_START),
                Tuple.of(4, Kind.FINISH),
                Tuple.of(1, Kind.SPOIL),
                Tuple.of(1, Kind.DIE),
                Tuple.of(1, Kind.DIE_SILENTLY),
                Tuple.of(3, Kind.VANISH),
                Tuple.of(1, Kind.FREEZE),
                Tuple.of(1, Kind.THAW),
                Tuple.of(2, Kind.PASS),
                Tuple.of(6, Kind.PASS_BRIEFLY),
                Tuple.of(9, Kind.DELIVER_FROM_INGRESS),
                Tuple.of(9, Kind.DELIVER_FROM_WORKER),
                Tuple.of(7, Kind.DELIVER_TO_INGRESS),
                Tuple.of(1, Kind.DELIVER_TO_INGRESS_AND_RETURN),
                Tuple.of(8, Kind.DELIVER_TO_WORKER),
                Tuple.of(7, Kind.DELIVER_RUN),
                Tuple.of(1, Kind.LOSE_NODE),
                Tuple.of(1, Kind.BELIEVE_NODE_LOST),
                Tuple.of(1, Kind.LOSE_ANSWER),
                Tuple.of(2, Kind.ADOPT),
                Tuple.of(1, Kind.ADOPT_OF_ANOTHER));
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 30))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(300);
    }

    @Provide
    Arbitrary<KeepConfig> keeping() {
        return Arbitraries.of(WorldSettings.KEEPING);
    }

    @Property(tries = 1000)
    @StatisticsReport(onFailureOnly = true)
    void keepsItsPromisesWhateverHappens(
            @ForAll boolean nonBlocking,
            @ForAll boolean waits,
            @ForAll("keeping") KeepConfig keeping,
            @ForAll("steps") List<Step> steps) {
        SlotWorld world = new SlotWorld(nonBlocking, waits, keeping);
        steps.forEach(step -> perform(world, step));
        world.settle();
        letUnclaimedLeasesExpire(world);

        assertThat(world.callsIn(WorldCall.State.WAITING)).isEmpty();
        assertThat(world.table.snapshot().queues()).allMatch(queue -> queue.waiting() == 0);
        world.books.nothingIsLeased();

        world.callWithoutKeeping();
        world.settle();
        world.pass(Duration.ofMinutes(5));
        world.settle();
        // Whatever seems to be called with a period, of minutes perhaps, may have one started ahead just now.
        assertThat(world.books.known.values()).allMatch(container -> container.guessed);
        if (keeping.foresight().on()) {
            world.pass(Duration.ofDays(1));
            world.settle();
        }
        assertThat(world.table.queues.all()).isEmpty();
        assertThat(world.table.snapshot().queues()).isEmpty();
        assertThat(world.table.snapshot().memoryUsedBytes()).isZero();
        assertThat(world.table.snapshot().cpuUsedMillis()).isZero();
        assertThat(world.table.nextDeadlineNanos()).isEmpty();
        happened("guessed", world.books.guessed > 0);
        happened("foreseen", world.books.foreseen > 0);
        happened("evicted", world.books.evicted > 0);
        happened("cancelled", world.calls.values().stream().anyMatch(call -> call.dropped && call.answers == 0));
        happened("adopted", world.calls.values().stream().anyMatch(call -> call.container.startsWith("a")));
    }

    /** What never happens would be checked in vain. */
    private static void happened(String what, boolean now) {
        Statistics.label(what)
                .collect(now)
                .coverage(coverage -> coverage.check(true).count(tries -> tries >= SELDOM));
    }

    @Property(tries = 500)
    void leavesNothingBehindAfterADrain(
            @ForAll boolean nonBlocking,
            @ForAll boolean waits,
            @ForAll boolean handOver,
            @ForAll("keeping") KeepConfig keeping,
            @ForAll("steps") List<Step> before,
            @ForAll("steps") List<Step> after) {
        SlotWorld world = new SlotWorld(nonBlocking, waits, keeping);
        before.forEach(step -> perform(world, step));
        world.drain(handOver);
        after.forEach(step -> perform(world, step));
        world.settle();
        letUnclaimedLeasesExpire(world);

        assertThat(world.books.drained).isEqualTo(1);
        assertThat(world.callsIn(WorldCall.State.WAITING)).isEmpty();
        assertThat(world.containers).isEmpty();
        assertThat(world.table.snapshot().queues()).isEmpty();
        assertThat(world.table.nextDeadlineNanos()).isEmpty();
    }

    /**
     * A holder that is gone has two seconds; whoever waited for its slot then gets it. What others had to go for is
     * kept for up to a second, and what then starts in its place too, and so on.
     */
    private static void letUnclaimedLeasesExpire(SlotWorld world) {
        for (int calls = 0; calls <= WorldSettings.MAX_WAITERS; calls++) {
            world.pass(Duration.ofSeconds(2));
            world.settle();
        }
    }

    private static void perform(SlotWorld world, Step step) {
        int which = step.which();
        switch (step.kind()) {
            case CALL -> world.call(which);
            case CALL_KEEPING -> world.callKeeping(which);
            case CALL_REGULARLY -> world.callRegularly(which);
            case CANCEL -> world.cancel(which);
            case START -> world.start(which);
            case FAIL_START -> world.failStart(which);
            case FINISH -> world.finish(which);
            case SPOIL -> world.spoil(which);
            case DIE -> world.die(which, true);
            case DIE_SILENTLY -> world.die(which, false);
            case VANISH -> world.vanish(which);
            case FREEZE -> world.freeze(which, true);
            case THAW -> world.freeze(which, false);
            case PASS -> world.pass(Duration.ofSeconds(which / 2));
            case PASS_BRIEFLY -> world.pass(Duration.ofMillis(10L * which));
            case DELIVER_FROM_INGRESS -> world.deliverFromIngress(which);
            case DELIVER_FROM_WORKER -> world.deliverFromWorker();
            case DELIVER_TO_INGRESS -> world.deliverToIngress(which, false);
            case DELIVER_TO_INGRESS_AND_RETURN -> world.deliverToIngress(which, true);
            case DELIVER_TO_WORKER -> world.deliverToWorker();
            case DELIVER_RUN -> world.deliverRun(which);
            case LOSE_NODE -> world.loseOther(true);
            case BELIEVE_NODE_LOST -> world.loseOther(false);
            case LOSE_ANSWER -> world.loseAnswer();
            case ADOPT -> world.adopt(which, true);
            case ADOPT_OF_ANOTHER -> world.adopt(which, false);
        }
    }
}
