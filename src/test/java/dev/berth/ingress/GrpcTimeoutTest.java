package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
    @ValueSource(strings = {"", "S", "1", "1x", "-1S", "1.5S", "123456789S", "1 S", "99999999H"})
    void missingMalformedAndEndlessOnesAreNone(String header) {
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

    @Test
    void timersNeverRingEarly() {
        assertThat(Deadline.in(Duration.ofMillis(10)).timerMillis(Duration.ZERO))
                .isBetween(1L, 11L);
        assertThat(Deadline.in(0).timerMillis(Duration.ZERO)).isEqualTo(1);
        assertThat(Deadline.in(0).timerMillis(Duration.ofSeconds(1))).isBetween(900L, 1001L);
    }
}
