package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class SaturatingTest {
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private static long within(BigInteger value, BigInteger least, BigInteger most) {
        return value.max(least).min(most).longValueExact();
    }

    @Property
    void sumsStopAtTheEnd(@ForAll long one, @ForAll long other) {
        assertThat(Saturating.sum(one, other))
                .isEqualTo(within(BigInteger.valueOf(one).add(BigInteger.valueOf(other)), LEAST, MOST));
    }

    @Property
    void durationsKeepTheirSignAndStopAtAHundredYears(@ForAll long seconds, @ForAll long adjustment) {
        Duration duration = Duration.ofSeconds(seconds, Math.floorMod(adjustment, 1_000_000_000L));
        BigInteger nanos = BigInteger.valueOf(duration.getSeconds())
                .multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(duration.getNano()));
        BigInteger longest = BigInteger.valueOf(Saturating.LONGEST_NANOS);

        assertThat(Saturating.nanos(duration)).isEqualTo(within(nanos, longest.negate(), longest));
    }

    @Property
    void mebibytesNeverBecomeFewerBytes(@ForAll long any) {
        long mebibytes = any & Long.MAX_VALUE;

        assertThat(Saturating.bytes(mebibytes))
                .isEqualTo(within(BigInteger.valueOf(mebibytes).shiftLeft(20), BigInteger.ZERO, MOST));
    }

    @Test
    void aFewLongestTimesCanBeAddedToAClock() {
        long now = System.nanoTime();
        long then = now + 2 * Saturating.LONGEST_NANOS;

        assertThat(then - now).isPositive();
        assertThat(Saturating.LONGEST_NANOS).isLessThan(Long.MAX_VALUE / 2);
    }
}
