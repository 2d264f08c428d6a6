package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HopByHopTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "connection",
                "Proxy-Connection",
                "KEEP-ALIVE",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "Te",
                "Trailer",
                "Transfer-Encoding",
                "upgrade"
            })
    void hopByHopHeadersAreDroppedWhateverTheirCase(String name) {
        assertThat(HopByHop.keeps(name, "x")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "Host", "Content-Type", "X-Upgrade", "Ta", "Expect", "A"})
    void othersAreKept(String name) {
        assertThat(HopByHop.keeps(name, "x")).isTrue();
    }

    @Test
    void teIsKeptWhenItSaysTrailersAndNothingMore() {
        assertThat(HopByHop.keeps("TE", "trailers")).isTrue();
        assertThat(HopByHop.keeps("TE", "trailers, deflate")).isFalse();
    }
}
