package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import org.junit.jupiter.api.Test;

/** Answers over the limits of body and headers. */
@OnRunner(Profile.LIMITS)
final class LimitsE2E {
    private static final int LIMIT = 100_000;

    @Test
    @Raises(ErrorCode.RESPONSE_TOO_BIG)
    @Rule("engage-error-after-data")
    @Rule("container-answer")
    void aBodyOverTheLimitIsCutThere(LiveRunner runner) {
        EngageCall.Result over = runner.run(CallDoc.of("read; fill " + (LIMIT + 1)));

        FunctionFaultsE2E.assertError(over, ErrorCode.RESPONSE_TOO_BIG);
        assertThat(over.body()).hasSize(LIMIT);
    }

    @Test
    @Rule("engage-data")
    void aBodyOfTheLimitPasses(LiveRunner runner) {
        EngageCall.Result fits = runner.run(CallDoc.of("read; fill " + LIMIT));

        assertThat(fits.finished().getSuccess()).isTrue();
        assertThat(fits.body()).hasSize(LIMIT);
    }

    @Test
    @Raises(ErrorCode.RESPONSE_HEADER_TOO_BIG)
    @Rule("container-answer")
    void headersOverTheLimitAreAFault(LiveRunner runner) {
        FunctionFaultsE2E.assertError(
                runner.run(CallDoc.of("read; pad 5000; send x")), ErrorCode.RESPONSE_HEADER_TOO_BIG);
        assertThat(runner.run(CallDoc.of("read; pad 3000; send x")).finished().getSuccess())
                .isTrue();
    }
}
