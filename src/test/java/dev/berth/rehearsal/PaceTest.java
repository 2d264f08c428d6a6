package dev.berth.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final int WIDTH = 8;

    private long now = -5;
    private long processor = TimeUnit.SECONDS.toNanos(1);
    private int active;
    private long received;
    private final List<Runnable> whilePaused = new ArrayList<>();
    private int pauses;

    private Pace pace(int calls) {
        return new Pace(
                new RealLoad(() -> active, () -> received),
                new Pace.Clocks(() -> now, () -> processor, this::pause),
                calls);
    }

    private void pause(long nanos) {
        pauses++;
        now += nanos;
        if (!whilePaused.isEmpty()) {
            whilePaused.remove(0).run();
        }
    }

    @Test
    void grantsAsManyCallsAsItWasGivenAndNoMore() {
        Pace pace = pace(20);

        assertThat(List.of(pace.next(WIDTH), pace.next(1), pace.next(WIDTH), pace.next(WIDTH), pace.next(WIDTH)))
                .containsExactly(8, 1, 8, 3, 0);
        assertThat(pace.made()).isEqualTo(20);
        assertThat(pauses).isZero();
    }

    @Test
    void waitsWhileARealCallIsInFlightAndForSomeQuietAfterIt() {
        Pace pace = pace(20);
        active = 1;
        received = 1;
        whilePaused.add(() -> {});
        whilePaused.add(() -> active = 0);
        long begun = now;

        assertThat(pace.next(WIDTH)).isEqualTo(WIDTH);

        assertThat(now - begun).isBetween(Pace.QUIET_NANOS, Pace.QUIET_NANOS + 3 * Pace.LOOK_AGAIN_NANOS);
        assertThat(whilePaused).isEmpty();
    }

    @Test
    void waitsAlsoForCallsThatCameAndWentUnseen() {
        Pace pace = pace(20);
        received = 3;

        assertThat(pace.next(WIDTH)).isEqualTo(WIDTH);

        assertThat(pauses).isPositive();
    }

    @Test
    void endsWhenItsProcessorTimeIsSpent() {
        Pace pace = pace(1000);

        processor += Pace.PROCESSOR_NANOS - 1;
        assertThat(pace.next(WIDTH)).isEqualTo(WIDTH);
        processor += 1;
        assertThat(pace.next(WIDTH)).isZero();
    }

    @Test
    void processorTimeOfRealCallsIsNotItsOwn() {
        Pace pace = pace(1000);
        active = 1;
        whilePaused.add(() -> {
            processor += Pace.PROCESSOR_NANOS;
            active = 0;
        });

        assertThat(pace.next(WIDTH)).isEqualTo(WIDTH);
        assertThat(pace.next(WIDTH)).isEqualTo(WIDTH);
    }

    @Test
    void endsWhenStoppedEvenWhileItGivesWay() {
        Pace pace = pace(1000);
        active = 1;
        whilePaused.add(pace::stop);

        assertThat(pace.next(WIDTH)).isZero();
        assertThat(pauses).isEqualTo(1);
    }

    @Test
    void settlesUntilTheCompilerHasNothingMoreToDo() {
        Pace pace = pace(1000);
        whilePaused.add(() -> processor += 2 * Pace.IDLE_NANOS);
        whilePaused.add(() -> processor += 2 * Pace.IDLE_NANOS);
        whilePaused.add(() -> processor += Pace.IDLE_NANOS);

        pace.settle();

        assertThat(pauses).isEqualTo(3);
    }

    @Test
    void doesNotSettleForEver() {
        Pace pace = pace(1000);
        whilePaused.addAll(Collections.nCopies(1000, () -> processor += 2 * Pace.IDLE_NANOS));

        pace.settle();

        assertThat(pauses).isEqualTo(Pace.SETTLE_LOOKS);
    }

    @Test
    void doesNotSettleBesideRealCalls() {
        Pace pace = pace(1000);
        whilePaused.addAll(Collections.nCopies(1000, () -> processor += 2 * Pace.IDLE_NANOS));
        received = 1;

        pace.settle();

        assertThat(pauses).isEqualTo(1);
    }

    @Test
    void whatIsUsedWhileItSettlesIsSpentToo() {
        Pace pace = pace(1000);
        whilePaused.add(() -> processor += Pace.PROCESSOR_NANOS);

        pace.settle();

        assertThat(pauses).isEqualTo(1);
        assertThat(pace.next(WIDTH)).isZero();
    }
}
