package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class PeriodTest {
    /** What {@link Period} knows a time by. */
    private static final long UNIT_NANOS = 1 << 20;

    private final Period period = new Period();
    private long now = Long.MAX_VALUE - Duration.ofMinutes(3).toNanos(); // so that the clock wraps round within a test

    private void call() {
        period.call(Arrivals.units(now));
    }

    private void callAfter(Duration gap) {
        now += gap.toNanos();
        call();
    }

    private void regular(int calls, Duration gap) {
        for (int i = 0; i < calls; i++) {
            callAfter(gap);
        }
    }

    private long untilNext() {
        return period.expected(now) - now;
    }

    @Test
    void fiveCallsAMinuteApartAreRegularAndTheSixthIsExpectedAMinuteLater() {
        period.begin(Arrivals.units(now));
        regular(Period.ENOUGH - 1, Duration.ofMinutes(1));
        assertThat(period.isRegular()).isFalse();
        callAfter(Duration.ofMinutes(1));

        assertThat(period.isRegular()).isTrue();
        assertThat(period.nanos()).isCloseTo(Duration.ofMinutes(1).toNanos(), within(UNIT_NANOS));
        assertThat(untilNext()).isCloseTo(Duration.ofMinutes(1).toNanos(), within(2 * UNIT_NANOS));
        now += Duration.ofSeconds(40).toNanos();
        assertThat(untilNext()).isCloseTo(Duration.ofSeconds(20).toNanos(), within(2 * UNIT_NANOS));
    }

    @Test
    void aCallBesidesDoesNotEndWhatManyHaveShownButThreeDo() {
        regular(20, Duration.ofMinutes(1));
        callAfter(Duration.ofSeconds(20));
        callAfter(Duration.ofSeconds(40));
        assertThat(period.isRegular()).isTrue();
        assertThat(period.nanos()).isCloseTo(Duration.ofMinutes(1).toNanos(), within(UNIT_NANOS));
        callAfter(Duration.ofSeconds(20));
        callAfter(Duration.ofSeconds(40));
        callAfter(Duration.ofSeconds(20));

        assertThat(period.isRegular()).isFalse();
    }

    @Test
    void aNewPeriodIsLearned() {
        regular(20, Duration.ofMinutes(1));
        regular(12, Duration.ofMinutes(5));

        assertThat(period.isRegular()).isTrue();
        assertThat(period.nanos()).isCloseTo(Duration.ofMinutes(5).toNanos(), within(2 * UNIT_NANOS));
    }

    @Test
    void whatIsCalledAllTheTimeOrHardlyEverHasNoPeriod() {
        regular(50, Duration.ofMillis(900));
        assertThat(period.isRegular()).isFalse();
        regular(50, Duration.ofHours(40));
        assertThat(period.isRegular()).isFalse();
        regular(Period.ENOUGH + 1, Duration.ofHours(24));
        assertThat(period.isRegular()).isTrue();
    }

    @Test
    void whatFollowsHalfBelievesIt() {
        period.begin(Arrivals.units(now));
        regular(2 * Period.ENOUGH, Duration.ofMinutes(1));
        Period next = new Period();
        next.inherit(period);
        Period after = new Period();
        after.inherit(next);
        now += Duration.ofSeconds(17).toNanos();
        next.begin(Arrivals.units(now));

        assertThat(next.isRegular()).isTrue();
        assertThat(next.expected(now) - now).isCloseTo(Duration.ofMinutes(1).toNanos(), within(2 * UNIT_NANOS));
        assertThat(after.isRegular()).isFalse();
    }

    /** With a jitter of each call that is evenly spread. */
    @Property(tries = 300)
    void theNextCallOfATimerComesWhenItIsExpected(
            @ForAll @LongRange(min = 2_000, max = 90_000_000) long millis,
            @ForAll @DoubleRange(max = 0.02) double jitter,
            @ForAll long origin,
            @ForAll long seed) {
        Period timer = new Period();
        Random random = new Random(seed);
        long nanos = millis * 1_000_000;
        int expected = 0;
        int met = 0;
        timer.begin(Arrivals.units(origin));
        long before = origin;
        for (int i = 1; i <= 200; i++) {
            long at = origin + i * nanos + (long) (nanos * jitter * (2 * random.nextDouble() - 1));
            if (timer.isRegular()) {
                expected++;
                met += Math.abs(at - timer.expected(before)) <= timer.spreadNanos() ? 1 : 0;
            }
            timer.call(Arrivals.units(at));
            before = at;
        }

        assertThat(timer.isRegular()).isTrue();
        assertThat(timer.nanos()).isCloseTo(nanos, within((long) (nanos * 3 * jitter) + nanos / 1000 + 2 * UNIT_NANOS));
        assertThat(expected).isGreaterThan(190);
        assertThat(met).isGreaterThan(expected * 9 / 10);
        assertThat(timer.spreadNanos()).isLessThanOrEqualTo(Math.max(nanos / 6, 250_000_000));
    }

    /** Calls that come at random. */
    @Property(tries = 300)
    void whatIsNotRegularIsHardlyEverTakenForIt(
            @ForAll @LongRange(min = 3_000, max = 90_000_000) long millis, @ForAll long seed) {
        Period none = new Period();
        Random random = new Random(seed);
        int regular = 0;
        long at = 0;
        for (int i = 0; i < 1_000; i++) {
            double gap = -Math.log(1 - random.nextDouble());
            at += (long) (millis * 1e6 * gap);
            none.call(Arrivals.units(at));
            regular += none.isRegular() ? 1 : 0;
        }

        assertThat(regular).isLessThan(20);
    }

    @Property(tries = 500)
    void isAlwaysAPeriodAndASpreadThatMakeSense(
            @ForAll @IntRange(max = 60) int calls,
            @ForAll @LongRange(max = 200_000_000_000_000L) long most,
            @ForAll long seed) {
        Period some = new Period();
        Random random = new Random(seed);
        long at = seed;
        for (int i = 0; i < calls; i++) {
            at += (long) (random.nextDouble() * most);
            some.call(Arrivals.units(at));
            if (some.isRegular()) {
                assertThat(some.nanos())
                        .isBetween(1_000_000_000L, Duration.ofHours(40).toNanos());
                assertThat(some.spreadNanos())
                        .isBetween(250_000_000L, Math.max(250_000_000L, (long) (some.nanos() * 3 * Period.REGULAR)));
                assertThat(some.expected(at) - at).isBetween(0L, some.nanos() + UNIT_NANOS);
            }
        }
    }
}
