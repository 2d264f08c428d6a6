package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WireTimesTest {

    @ParameterizedTest
    @CsvSource({
        "2006-01-02T15:04:05Z,2006-01-02T15:04:05.000Z",
        "2006-01-02T15:04:05.999999999Z,2006-01-02T15:04:05.999Z",
        "2006-01-02T15:04:05.010Z,2006-01-02T15:04:05.010Z",
        "1999-12-31T23:59:59.900Z,1999-12-31T23:59:59.900Z"
    })
    void areUtcWithMilliseconds(Instant time, String text) {
        assertThat(WireTimes.format(time)).isEqualTo(text);
        assertThat(WireTimes.format(time)).isEqualTo(text);
    }

    @org.junit.jupiter.api.Test
    void noTimeIsNoText() {
        assertThat(WireTimes.format(null)).isEmpty();
    }
}
