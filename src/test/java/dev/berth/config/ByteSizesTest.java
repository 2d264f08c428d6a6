package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizesTest {
    @ParameterizedTest
    @CsvSource({"0,0", "17,17", "17B,17", "64KiB,65536", "8 MiB,8388608", "1.5KiB,1536", "2TiB,2199023255552"})
    void sizesAreRead(String text, long bytes) {
        assertThat(ByteSizes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1KB", "1kib", "KiB", "1.5", "0.3KiB", "9000000TiB", "1e3"})
    void otherTextsAreNoSizes(String text) {
        assertThatThrownBy(() -> ByteSizes.parse(text)).isInstanceOf(BadValue.class);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "1024,1KiB", "1536,1536", "16777216,16MiB", "9223372036854775807,9223372036854775807"})
    void sizesArePrintedInTheLargestWholeUnit(long bytes, String text) {
        assertThat(ByteSizes.print(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "30s,30000000000",
        "50ms,50000000",
        "2m5s,125000000000",
        "1.5h,5400000000000",
        "3us,3000",
        "3µs,3000",
        "7ns,7"
    })
    void durationsAreRead(String text, long nanos) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "-1s", "s", "1s 2", "1d", "0.1ns", "99999999999h"})
    void otherTextsAreNoDurations(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(BadValue.class);
    }

    @Test
    void durationsArePrintedAsTheyAreRead() {
        assertThat(Durations.print(Duration.ofMillis(125_050))).isEqualTo("2m5s50ms");
        assertThat(Durations.print(Duration.ZERO)).isEqualTo("0s");
        assertThat(Durations.print(Duration.ofMillis(-1))).isEqualTo("never");
        assertThat(Durations.print(Durations.UNLIMITED)).isEqualTo("never");
    }
}
