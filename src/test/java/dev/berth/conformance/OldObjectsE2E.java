package dev.berth.conformance;

import static dev.berth.conformance.OldCall.again;
import static dev.berth.conformance.OldCall.assertEnded;
import static dev.berth.conformance.OldCall.assertKept;
import static dev.berth.conformance.OldCall.fails;
import static dev.berth.conformance.OldCall.header;
import static dev.berth.conformance.OldCall.raw;
import static dev.berth.conformance.OldCall.status;
import static dev.berth.conformance.OldCall.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The legacy formats json and cloudevent, whose requests and answers are objects. */
@OnRunner
final class OldObjectsE2E {
    @Test
    @Rule("json-answer")
    @Rule("json-answer-order")
    void anAnswerIsAnObjectWhateverTheCaseOfItsNames(LiveRunner runner) {
        CallDoc doc = OldCall.of(
                "json",
                raw("{\"Body\":\"hello\",\"content_type\":\"text/x\",\"unknown\":[{}],\"protocol\":"
                        + "{\"STATUS_code\":404,\"headers\":{\"A\":[\"1\",\"2\"],\"content-type\":[\"old\"]}}}\n"));

        EngageCall.Result result = succeeds(runner.run(doc, "{}"));

        assertThat(status(result)).isEqualTo(404);
        assertThat(header(result, "A")).containsExactly("1", "2");
        assertThat(header(result, "Content-Type")).containsExactly("text/x");
        assertThat(result.body()).isEqualTo("hello");
        assertKept(runner, doc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"body\":null,\"protocol\":null}", "null\n"})
    @Rule("json-answer")
    @Rule("json-answer-order")
    void anAnswerMayLeaveEverythingOut(String answer, LiveRunner runner) {
        CallDoc doc = OldCall.of("json", raw(answer));

        EngageCall.Result result = succeeds(runner.run(doc, "{}"));

        assertThat(status(result)).isEqualTo(200);
        assertThat(OldCall.head(result).getHeadersList()).isEmpty();
        assertThat(result.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\n", "[1]", "{\"body\":5}", "{\"protocol\":{\"headers\":{\"A\":\"1\"}}}"})
    @Rule("json-invalid")
    @Raises(ErrorCode.OLD_FORMAT_RESPONSE_INVALID)
    void anythingElseEndsTheContainer(String answer, LiveRunner runner) {
        CallDoc doc = OldCall.of("json", raw(answer));

        fails(runner.run(doc, "{}"), 502, "invalid json response from function err: ");
        assertEnded(runner, doc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "cloudevent"})
    @Rule("json-surplus")
    @Rule("event-kept")
    void surplusEndsTheContainerAndTheCallSucceeds(String format, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "type text/plain; send ok; surplus x");

        assertThat(succeeds(runner.run(doc, "{}")).body()).isEqualTo("ok");
        assertEnded(runner, doc);
    }

    @Test
    @Rule("event-kept")
    void whatIsNoEventEndsTheContainer(LiveRunner runner) {
        CallDoc doc = OldCall.of("cloudevent", raw("nonsense\n"));

        fails(runner.run(doc, "{}"), 502, "invalid json response from function err: ");
        assertEnded(runner, doc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "42", "1000"})
    @Rule("json-status")
    void aStatusThatIsNoneFailsTheCallAlone(String status, LiveRunner runner) {
        CallDoc doc = OldCall.of("json", "status " + status);

        fails(runner.run(doc, "{}"), 502, "invalid status code from function: " + status);
        assertKept(runner, doc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "{", "1e400"})
    @Rule("event-bad-body")
    @Raises(ErrorCode.INVALID_EVENT_BODY)
    void aBodyThatIsNoJsonIsTheCallersFault(String body, LiveRunner runner) {
        CallDoc doc = OldCall.of("cloudevent", "");

        fails(
                runner.run(doc.header("Content-Type", "text/plain"), body),
                400,
                "Invalid json body with contentType 'application/json'. ");
        assertKept(runner, doc);
    }

    @Test
    @Rule("event-answer")
    @Rule("event-answer-json")
    @Rule("event-answer-text")
    void theAnswerIsTheEventsData(LiveRunner runner) {
        String json = "type application/json; status 418; header X-A=1; send ";
        CallDoc doc = OldCall.of("cloudevent", json + "{%22b%22:1.0%2c%22a%22:%22%3c%22}");

        EngageCall.Result object = succeeds(runner.run(doc, "{}"));
        EngageCall.Result text = succeeds(runner.run(again(doc, "type text/plain; send %3cx%3e"), "{}"));

        assertThat(status(object)).isEqualTo(418);
        assertThat(header(object, "X-A")).containsExactly("1");
        assertThat(header(object, "Content-Type")).containsExactly("application/json");
        assertThat(object.body()).isEqualTo("{\"a\":\"\\u003c\",\"b\":1}");
        assertThat(header(text, "Content-Type")).containsExactly("text/plain");
        assertThat(text.body()).isEqualTo("<x>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type text/html; send x|Error: Unknown content type: text/html",
                "type text/plain; set data=1|Invalid data for contentType 'text/plain', not a string",
                "type text/plain; set extensions.protocol.headers=[]|Invalid JSON for protocol headers, not a map",
                "type text/plain; set extensions.protocol.status_code=%22x%22|Invalid status_code type in protocol extension, must be an integer: x"
            })
    @Rule("event-answer-other")
    @Rule("event-ill-shaped")
    @Rule("event-kept")
    void anIllShapedEventFailsTheCallAlone(String program, String text, LiveRunner runner) {
        CallDoc doc = OldCall.of("cloudevent", program);

        fails(runner.run(doc, "{}"), 502, text);
        assertKept(runner, doc);
    }
}
