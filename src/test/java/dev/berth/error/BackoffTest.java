package dev.berth.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private final Backoff backoff = Backoff.of(Duration.ofMillis(100), Duration.ofSeconds(1));

    @Test
    void doublesUpToTheLongest() {
        assertThat(IntStream.rangeClosed(0, 6).mapToLong(backoff::millis))
                .containsExactly(100L, 100L, 200L, 400L, 800L, 1_000L, 1_000L);
        assertThat(backoff.after(3)).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void doesNotOverflow() {
        assertThat(backoff.millis(Integer.MAX_VALUE)).isEqualTo(1_000);
        assertThat(Backoff.of(Duration.ofDays(1), Duration.ofDays(2)).millis(64))
                .isEqualTo(Duration.ofDays(2).toMillis());
    }
}
