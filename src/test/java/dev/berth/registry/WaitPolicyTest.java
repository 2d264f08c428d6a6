package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.registry.WaitPolicy.Line;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** All moments are milliseconds of a clock that wraps round in between. */
final class WaitPolicyTest {
    private static final long ORIGIN = Long.MAX_VALUE - millis(500);
    private static final long START = millis(400);
    private static final WaitPolicy BLOCKING = new WaitPolicy(WaitPolicy.NO_LIMIT);
    private static final WaitPolicy NON_BLOCKING = new WaitPolicy(millis(100));

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private static long at(long millis) {
        return ORIGIN + millis(millis);
    }

    /** All began at 0. */
    private static Line measured(int waiting, int busy, int starting, long serviceMillis) {
        return new Line(waiting, busy, starting, 0, true, millis(serviceMillis), START, at(0), at(0), at(0), 1);
    }

    private static Line unmeasured(int waiting, int busy, int starting) {
        return new Line(waiting, busy, starting, 0, false, 0, START, at(0), at(0), at(0), 1);
    }

    @Test
    void whereContainersAreFreeSoonerThanOneStartsNoneIsWanted() {
        assertThat(BLOCKING.wanted(measured(4, 1, 0, 100), at(0))).isZero();
        assertThat(BLOCKING.wanted(measured(8, 1, 1, 100), at(0))).isZero();
    }

    @Test
    void whereTheyAreNotAsManyAreWantedAsLetAllBeginWithinOneStart() {
        assertThat(BLOCKING.wanted(measured(5, 1, 0, 100), at(0))).isEqualTo(1);
        assertThat(BLOCKING.wanted(measured(1, 1, 0, 1000), at(0))).isEqualTo(2);
        assertThat(BLOCKING.wanted(measured(20, 2, 1, 100), at(0))).isEqualTo(2);
    }

    @Test
    void withoutAnyContainerOneIsWantedHoweverShortTheCalls() {
        assertThat(BLOCKING.wanted(measured(1, 0, 0, 0), at(0))).isEqualTo(1);
    }

    @Test
    void aQueueNeverMeasuredHasTwoUntilTheFirstCallHasRunForAWhile() {
        assertThat(BLOCKING.wanted(unmeasured(32, 0, 0), at(0))).isEqualTo(2);
        assertThat(BLOCKING.wanted(unmeasured(32, 0, 2), at(60_000))).isZero();
        assertThat(BLOCKING.wanted(unmeasured(31, 1, 1), at(99))).isZero();
        assertThat(BLOCKING.wanted(unmeasured(31, 1, 1), at(100))).isEqualTo(2);
        assertThat(BLOCKING.wanted(unmeasured(31, 1, 1), at(200))).isEqualTo(6);
    }

    @Test
    void callsThatRunLongerThanTheyDidShowThatMoreIsNeeded() {
        assertThat(BLOCKING.wanted(measured(2, 1, 0, 10), at(200))).isZero();
        assertThat(BLOCKING.wanted(measured(2, 1, 0, 10), at(201))).isEqualTo(1);
    }

    @Test
    void whatDoesNotComeUpInTimeIsDoubled() {
        assertThat(BLOCKING.wanted(measured(30, 0, 2, 1), at(399))).isZero();
        assertThat(BLOCKING.wanted(measured(30, 0, 2, 1), at(400))).isEqualTo(2);
    }

    @Test
    void whoeverWasPutOffWaitsForNoLongerThanAStartTakes() {
        Line line = measured(2, 1, 0, 100);

        assertThat(BLOCKING.isOver(line, at(50), at(449))).isFalse();
        assertThat(BLOCKING.isOver(line, at(50), at(450))).isTrue();
        // Before the first container was there, it could not have been served anyway.
        assertThat(BLOCKING.isOver(line, at(-300), at(399))).isFalse();
        assertThat(BLOCKING.isOver(line, at(-300), at(400))).isTrue();
    }

    @Test
    void inNonBlockingModeItWaitsForNoLongerThanIsSet() {
        for (Line line : new Line[] {measured(2, 1, 0, 100), measured(2, 0, 1, 100), unmeasured(2, 0, 2)}) {
            assertThat(NON_BLOCKING.isOver(line, at(50), at(149))).isFalse();
            assertThat(NON_BLOCKING.isOver(line, at(50), at(150))).isTrue();
            assertThat(NON_BLOCKING.nextLook(line, at(50), at(50)).getAsLong() - at(150))
                    .isLessThanOrEqualTo(0);
        }
    }

    @Test
    void itIsLookedAtAgainWhenTheAnswerChangesAndNotBefore() {
        for (Line line :
                new Line[] {measured(2, 1, 0, 10), measured(1, 1, 0, 10), measured(9, 3, 2, 10), measured(9, 0, 2, 1)
                }) {
            long look = BLOCKING.nextLook(line, at(0), at(1)).getAsLong();

            assertThat(saysYes(line, look)).as(line + " at " + (look - at(0))).isTrue();
            assertThat(saysYes(line, look - 2)).as(line + " before").isFalse();
        }
    }

    private static boolean saysYes(Line line, long when) {
        return BLOCKING.wanted(line, when) > 0 || BLOCKING.isOver(line, at(0), when);
    }

    @Test
    void whileTheFirstCallRunsItIsLookedAtEachTenthOfASecond() {
        assertThat(BLOCKING.nextLook(unmeasured(31, 1, 1), at(0), at(1))).hasValue(at(100));
        assertThat(BLOCKING.nextLook(unmeasured(31, 1, 1), at(0), at(100))).hasValue(at(200));
    }

    @Test
    void behindTheFirstStartsOfAQueueNothingIsLookedAtUntilTheyEnd() {
        assertThat(BLOCKING.nextLook(unmeasured(30, 0, 2), at(0), at(1))).isEqualTo(OptionalLong.empty());
    }

    @Test
    void whatIsOverdueIsLookedAtInTheNextMoment() {
        assertThat(BLOCKING.nextLook(measured(1, 1, 0, 10), at(0), at(5_000))).hasValue(at(5_000) + 1);
    }
}
