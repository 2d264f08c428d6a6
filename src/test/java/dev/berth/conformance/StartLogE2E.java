package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a runner's log says when it starts. */
@OnRunner(Profile.LOGGED)
final class StartLogE2E {
    @Test
    @Rule("transport-cleartext")
    void warnsOfAPortInCleartext(LiveRunner runner) {
        assertThat(runner.process().log().lines())
                .anyMatch(line -> line.contains("\"level\":\"warn\"")
                        && line.contains("the runner port takes cleartext connections"));
    }

    @Test
    void hasNoWarningOfALibrary(LiveRunner runner) {
        assertThat(runner.process().log().lines())
                .noneMatch(line -> line.contains("\"level\":\"warn\"") && line.contains("\"logger\":\"io."));
    }
}
