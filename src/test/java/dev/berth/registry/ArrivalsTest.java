package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.berth.call.ContainerSpec;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
    private static final int MOST_BYTES = 256;

    private final Arrivals arrivals = new Arrivals();
    private final UsualGaps usual = new UsualGaps();
    private long now = Long.MAX_VALUE - Duration.ofMinutes(3).toNanos(); // so that the clock wraps round within a test

    private void calls(int atOnce) {
        arrivals.calls(atOnce, usual, now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** So many calls at once, and again, each time for a moment. */
    private void repeat(int times, int atOnce, Duration gap) {
        for (int i = 0; i < times; i++) {
            calls(atOnce);
            calls(0);
            pass(gap);
        }
    }

    private double soonness(int containers) {
        return arrivals.soonness(containers, usual, now);
    }

    /** What a queue's estimates take: objects of 12 bytes and more, in steps of 8, with references of 4. */
    @Test
    void allThatIsKeptOfAQueueTakesNoMoreThanItMay() throws IllegalAccessException {
        Demand demand = new Demand();
        int bytes = size(demand) + size(arrivals);

        assertThat(size(new Object())).isEqualTo(16);
        assertThat(bytes).isEqualTo(MOST_BYTES);
    }

    private static int size(Object object) throws IllegalAccessException {
        int own = 12;
        int others = 0;
        for (Field field : object.getClass().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            field.setAccessible(true);
            own += size(field.getType());
            Object value = field.get(object);
            if (field.getType().isArray()) {
                others += rounded(
                        16 + Array.getLength(value) * size(field.getType().componentType()));
            } else if (!field.getType().isPrimitive()) {
                others += size(value);
            }
        }
        return rounded(own) + others;
    }

    private static int size(Class<?> type) {
        if (type == boolean.class || type == byte.class) {
            return 1;
        } else if (type == char.class || type == short.class) {
            return 2;
        }
        return type == long.class || type == double.class ? 8 : 4;
    }

    private static int rounded(int bytes) {
        return (bytes + 7) / 8 * 8;
    }

    @Test
    void whatIsCalledOftenIsWantedSooner() {
        repeat(20, 1, Duration.ofSeconds(10));
        double often = soonness(1);
        Arrivals rare = new Arrivals();
        for (int i = 0; i < 20; i++) {
            rare.calls(1, usual, now);
            rare.calls(0, usual, now);
            now += Duration.ofHours(1).toNanos();
        }

        assertThat(rare.soonness(1, usual, now)).isPositive().isLessThan(often / 50);
    }

    @Test
    void theSecondContainerOfWhatComesOneByOneIsHardlyWanted() {
        calls(2);
        calls(0);
        repeat(50, 1, Duration.ofSeconds(20));

        assertThat(soonness(2)).isLessThan(soonness(1) / 5);
    }

    @Test
    void oneContainerServesWhatComesTogetherNoBetterThanTheLast() {
        calls(5);
        repeat(20, 4, Duration.ofSeconds(20));

        assertThat(soonness(3)).isCloseTo(soonness(1), within(soonness(1) / 100));
        assertThat(soonness(4)).isEqualTo(soonness(3));
        assertThat(soonness(5)).isLessThan(soonness(4) / 5);
    }

    @Test
    void whatIsRegularIsWantedMoreAndMoreUntilItIsOverdue() {
        repeat(30, 1, Duration.ofSeconds(900));
        now -= Duration.ofSeconds(900).toNanos();
        double atOnce = soonness(1);
        pass(Duration.ofSeconds(800));
        double soon = soonness(1);
        pass(Duration.ofSeconds(800));
        double overdue = soonness(1);

        assertThat(soon).isGreaterThan(2 * atOnce);
        assertThat(overdue).isLessThan(atOnce);
    }

    @Test
    void theNewestGapsCountMost() {
        repeat(100, 1, Duration.ofHours(1));
        double rare = soonness(1);
        repeat(100, 1, Duration.ofSeconds(10));

        assertThat(soonness(1)).isGreaterThan(50 * rare);
    }

    @Test
    void whatWasNeverCalledTwiceIsTakenForWhatIsUsualOnItsNode() {
        double atFirst = soonness(1);
        repeat(2000, 1, Duration.ofSeconds(3));
        Arrivals fresh = new Arrivals();
        fresh.calls(1, usual, now);
        fresh.calls(0, usual, now);

        assertThat(fresh.soonness(1, usual, now)).isGreaterThan(2 * atFirst);
    }

    @Test
    void whatHasNotBeenCalledForDaysIsNotWaitedFor() {
        repeat(10, 1, Duration.ofHours(1));
        pass(Duration.ofHours(40));

        assertThat(soonness(1)).isZero();
    }

    @Test
    void containersThatEndByThemselvesAreNotReliedOn() {
        assertThat(arrivals.crashRate()).isZero();
        for (int i = 0; i < 100; i++) {
            arrivals.crashed();
        }
        assertThat(arrivals.crashRate()).isGreaterThan(0.99);
        for (int i = 0; i < 500; i++) {
            arrivals.survived();
        }
        assertThat(arrivals.crashRate()).isZero();
        for (int i = 0; i < 500; i++) {
            arrivals.survived();
            if (i % 4 == 0) {
                arrivals.crashed();
            }
        }
        assertThat(arrivals.crashRate()).isBetween(0.1, 0.3);
    }

    @Test
    void whatIsUsualAddsUpToOneHoweverLongItHasBeenLearned() {
        for (int i = 0; i < 200_000; i++) {
            usual.add(0, i % 3);
        }
        double sum = 0;
        for (int bin = 0; bin < Arrivals.BINS; bin++) {
            sum += usual.weight(0, bin);
            assertThat(usual.weight(1, bin)).isEqualTo(1.0 / Arrivals.BINS);
        }

        assertThat(sum).isCloseTo(1, within(1e-6));
        assertThat(usual.weight(0, 0)).isCloseTo(1.0 / 3, within(0.01));
        assertThat(usual.weight(0, 3)).isLessThan(1e-6);
    }

    @Property(tries = 500)
    void isAlwaysANumber(
            @ForAll @Size(max = 200) List<@IntRange(max = 12) Integer> atOnce,
            @ForAll @Size(min = 1, max = 20) List<@LongRange(max = 200_000_000_000_000L) Long> gaps,
            @ForAll @IntRange(min = 1, max = 12) int containers) {
        Arrivals some = new Arrivals();
        UsualGaps theirs = new UsualGaps();
        long time = 0;
        for (int i = 0; i < atOnce.size(); i++) {
            some.calls(atOnce.get(i), theirs, time);
            time += gaps.get(i % gaps.size());

            assertThat(some.soonness(containers, theirs, time)).isFinite().isNotNegative();
        }
    }

    @Test
    void itIsRememberedWhenTheQueueIsGoneAndCountsHalfForANewKeyOfTheFunction() {
        KnownArrivals known = new KnownArrivals();
        ContainerSpec spec = Specs.spec("a", 1);
        Arrivals first = known.of(spec);
        for (int i = 0; i < 30; i++) {
            first.calls(1, usual, now);
            first.calls(0, usual, now);
            now += Duration.ofSeconds(10).toNanos();
        }
        known.keep(spec, first);
        Arrivals next = known.of(Specs.newKey(spec, "a2"));
        Arrivals other = known.of(Specs.spec("b", 1));
        for (Arrivals each : List.of(next, other)) {
            each.calls(1, usual, now);
            each.calls(0, usual, now);
        }
        now += Duration.ofSeconds(9).toNanos();

        assertThat(known.of(spec)).isSameAs(first);
        assertThat(next).isNotSameAs(first);
        assertThat(next.soonness(1, usual, now)).isGreaterThan(3 * other.soonness(1, usual, now));
    }

    @Test
    void thoseNotUsedForLongestAreForgotten() {
        KnownArrivals known = new KnownArrivals();
        Arrivals first = known.of(Specs.spec("first", 1));
        Arrivals second = known.of(Specs.spec("second", 1));
        known.keep(Specs.spec("first", 1), first);
        for (int i = 0; i < KnownArrivals.MOST - 1; i++) {
            known.of(Specs.spec("fn" + i, 1));
        }

        assertThat(known.of(Specs.spec("first", 1))).isSameAs(first);
        assertThat(known.of(Specs.spec("second", 1))).isNotSameAs(second);
    }
}
