package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose time is over, while they wait and while they run. */
@OnRunner
final class DeadlineE2E {
    private static final CallDoc SLOW_START = CallDoc.of("read; send ok").config("ENABLE_INIT_DELAY_MSEC", "2500");

    @ParameterizedTest
    @ValueSource(strings = {"soon", "", "1", "-1S", "123456789S"})
    @Rule("deadline-rpc")
    void aMalformedTimeoutCountsAsNone(String timeout, LiveRunner runner) {
        EngageCall.Result result = runner.start(CallDoc.of("read; send ok"), timeout)
                .data("", true)
                .result();

        assertThat(result.body()).isEqualTo("ok");
    }

    @Test
    @Rule("deadline-rpc")
    @Rule("deadline-waiting")
    void oneThatHasPassedRefusesTheCall(LiveRunner runner) {
        EngageCall.Result result =
                runner.start(CallDoc.of("read; send ok"), "0m").result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
    }

    @Test
    @Rule("deadline-waiting")
    @Rule("engage-refusal")
    void oneThatPassesWhileTheCallWaitsRefusesIt(LiveRunner runner) {
        EngageCall.Result result =
                runner.start(SLOW_START, "300m").data("x", true).result();

        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.finished().getErrorStr()).isEqualTo(ErrorCode.SERVER_BUSY.text());
    }

    @Test
    @Rule("deadline-none")
    void withoutOneTheCallWaitsForItsContainerHoweverShortItsTimeout(LiveRunner runner) {
        EngageCall.Result result = runner.run(SLOW_START.with("timeout", 1));

        assertThat(result.finished().getSuccess()).isTrue();
        assertThat(result.body()).isEqualTo("ok");
    }

    @Test
    @Rule("deadline-running")
    @Raises(ErrorCode.CALL_TIMEOUT)
    void aCallMayRunForItsTimeout(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; hang").with("timeout", 1));

        assertTimedOut(result);
    }

    @Test
    @Rule("deadline-running")
    void aCallMayRunToTheRpcsDeadlineIfThatIsEarlier(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send warm");
        runner.run(doc);

        assertTimedOut(runner.start(doc.header("X-Do", "read; hang"), "1500m")
                .data("", true)
                .result());
    }

    @Test
    @Rule("deadline-body-owed")
    @Rule("container-deadline")
    void aCallWhoseBodyIsOwedEndsInTimeToo(LiveRunner runner) {
        assertTimedOut(runner.start(CallDoc.of("read; send ok").with("timeout", 1))
                .data("part", false)
                .result());
    }

    private static void assertTimedOut(EngageCall.Result result) {
        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getErrorCode()).isEqualTo(504);
        assertThat(result.finished().getErrorStr()).isEqualTo("Timed out");
        assertThat(result.finished().getErrorUser()).isTrue();
    }
}
