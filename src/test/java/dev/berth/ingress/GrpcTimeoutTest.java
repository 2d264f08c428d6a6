package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GrpcTimeoutTest {

    @ParameterizedTest
    @CsvSource({"2H,7200", "3M,180", "100S,100", "90000m,90", "80000000u,80", "99999999n,0"})
    void unitsAreHoursToNanoseconds(String header, long seconds) {
        Deadline deadline = GrpcTimeout.parse(header);

        assertThat(deadline.limited()).isTrue();
        assertThat(deadline.remaining())
                .isBetween(TimeUnit.SECONDS.toNanos(seconds - 5), TimeUnit.SECONDS.toNanos(seconds + 1));
    }

    @Test
    void zeroHasPassed() {
        assertThat(GrpcTimeout.parse("0n").passed()).isTrue();
        assertThat(GrpcTimeout.parse("0S").passed()).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "S", "1", "1x", "-1S", "1.5S", "123456789S", "1 S"})
    void missingAndMalformedOnesAreNone(String header) {
        assertThat(GrpcTimeout.parse(header)).isSameAs(Deadline.NONE);
    }

    @Test
    void theEarlierOfTwoDeadlinesCounts() {
        Deadline soon = Deadline.in(Duration.ofSeconds(1));
        Deadline late = Deadline.in(Duration.ofSeconds(9));

        assertThat(soon.earlier(late)).isSameAs(soon);
        assertThat(late.earlier(soon)).isSameAs(soon);
        assertThat(Deadline.NONE.earlier(soon)).isSameAs(soon);
        assertThat(soon.earlier(Deadline.NONE)).isSameAs(soon);
        assertThat(Deadline.NONE.passed()).isFalse();
    }

    @Property
    void anyAmountOfAnyUnitIsAheadAndHasAMomentAndATimer(
            @ForAll @LongRange(min = 0, max = 99_999_999) long amount, @ForAll("units") char unit) {
        assertUsable(GrpcTimeout.parse(Long.toString(amount) + unit));
    }

    @Property
    void anyDurationIsAheadAndHasAMomentAndATimer(@ForAll @LongRange(min = 0) long seconds) {
        assertUsable(Deadline.in(Duration.ofSeconds(seconds, 999_999_999)));
        assertUsable(Deadline.in(seconds));
    }

    private static void assertUsable(Deadline deadline) {
        assertThat(deadline.limited()).isTrue();
        assertThat(deadline.instant())
                .isBetween(Instant.now().minusSeconds(1), Instant.now().plusSeconds(3_200_000_000L));
        assertThat(deadline.timerMillis(Duration.ofSeconds(Long.MAX_VALUE))).isBetween(1L, 7_000_000_000_000L);
        assertThat(deadline.earlier(Deadline.in(Duration.ofSeconds(-1))).passed())
                .isTrue();
    }

    @Provide
    Arbitrary<Character> units() {
        return Arbitraries.of('H', 'M', 'S', 'm', 'u', 'n');
    }

    @Test
    void timersNeverRingEarly() {
        assertThat(Deadline.in(Duration.ofMillis(10)).timerMillis(Duration.ZERO))
                .isBetween(1L, 11L);
        assertThat(Deadline.in(0).timerMillis(Duration.ZERO)).isEqualTo(1);
        assertThat(Deadline.in(0).timerMillis(Duration.ofSeconds(1))).isBetween(900L, 1001L);
    }
}
