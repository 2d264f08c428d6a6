package dev.berth.conformance;

import static dev.berth.conformance.OldCall.assertEnded;
import static dev.berth.conformance.OldCall.assertKept;
import static dev.berth.conformance.OldCall.fails;
import static dev.berth.conformance.OldCall.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies over the limits, in the legacy formats. */
@OnRunner(Profile.LIMITS)
final class OldLimitsE2E {
    private static final int RESPONSE = 100_000;
    private static final int REQUEST = 200_000;

    @ParameterizedTest
    @ValueSource(strings = {"default", "http", "json", "cloudevent"})
    @Rule("old-response-limit")
    @Raises(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG)
    void outputOverTheLimitEndsTheContainer(String format, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "type text/plain; fill " + (RESPONSE + 1));

        fails(runner.run(doc, "{}"), 502, "function response too large");
        assertEnded(runner, doc);
    }

    @ParameterizedTest
    @CsvSource({"default,false", "http,false", "json,true", "cloudevent,true"})
    @Rule("old-request-limit")
    @Raises(ErrorCode.REQUEST_TOO_BIG)
    void aRequestOverTheLimitFails(String format, boolean kept, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "type text/plain; send fits");
        String body = "\"" + "x".repeat(REQUEST - 2) + "\"";

        assertThat(succeeds(runner.run(doc, body)).body()).isEqualTo("fits");
        CallDoc over = OldCall.again(doc, "send over");
        fails(runner.start(over).data(body, false).data(" ", true).result(), 413, "Request content too large");
        if (kept) {
            assertKept(runner, doc);
        } else {
            assertEnded(runner, doc);
        }
    }
}
