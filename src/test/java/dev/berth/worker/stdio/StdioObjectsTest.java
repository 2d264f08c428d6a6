package dev.berth.worker.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.CallFormat;
import dev.berth.call.Header;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The formats json and cloudevent: what goes to stdin and what is made of stdout; rules of old-formats.md. */
final class StdioObjectsTest extends StdioRig {
    @Test
    @Rule("json-request")
    @Rule("json-body")
    @Rule("json-headers")
    void jsonRequestIsOneLine() {
        start(CallFormat.JSON);
        FakeCall call = begin("POST", new Header("X-Multi", "a"), new Header("X-Multi", "b"), HEADERS[3]);
        call.body.emit("<a> & \"q\"");
        call.body.emit(Buffer.buffer(new byte[] {(byte) 0xff}));
        call.body.emit("\u2028\u001f\n");
        assertThat(function.stdin.text()).isEmpty();
        call.body.end();

        assertThat(function.stdin.text())
                .isEqualTo("{\"call_id\":\"01\",\"deadline\":\"2026-11-24T01:43:00.786Z\","
                        + "\"body\":\"\\u003ca\\u003e \\u0026 \\\"q\\\"\ufffd\\u2028\\u001f\\n\","
                        + "\"content_type\":\"application/json\",\"protocol\":{\"type\":\"http\",\"method\":\"POST\","
                        + "\"request_url\":\"http://lb.example:8080/r/myapp/fn?q=1\",\"headers\":"
                        + "{\"Content-Type\":[\"application/json\"],\"X-Multi\":[\"a\",\"b\"]}}}\n");
    }

    @Test
    @Rule("json-headers")
    void jsonRequestWithoutHeadersSaysNull() {
        sent(CallFormat.JSON);

        assertThat(function.stdin.text()).contains("\"content_type\":\"\"").endsWith("\"headers\":null}}\n");
    }

    @Test
    void jsonAnswerMayBeCutAnywhere() {
        Buffer answer = Buffer.buffer(" {\"Body\":\"h\u00e9llo\",\"content_type\":\"text/x\",\"unknown\":[{}],"
                + "\"protocol\":{\"STATUS_code\":404,\"headers\":{\"A\":[\"1\",\"2\"],\"content-type\":[\"old\"]}}}\n");
        for (int cut = 0; cut <= answer.length(); cut++) {
            FakeCall call = sent(CallFormat.JSON);
            function.stdout.emit(answer.slice(0, cut));
            function.stdout.emit(answer.slice(cut, answer.length()));

            assertThat(call.succeeded()).as("cut at %s", cut).isTrue();
            assertThat(call.kept).isTrue();
            assertThat(call.head.status()).isEqualTo(404);
            assertThat(call.head.headers())
                    .containsExactly(new Header("A", "1"), new Header("A", "2"), new Header("Content-Type", "text/x"));
            assertThat(call.out.text()).isEqualTo("h\u00e9llo");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"body\":null,\"protocol\":null}", "null\n"})
    void jsonAnswerMayLeaveEverythingOut(String answer) {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit(answer);

        assertThat(call.succeeded()).isTrue();
        assertThat(call.head.status()).isEqualTo(200);
        assertThat(call.head.headers()).isEmpty();
        assertThat(call.out.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\n",
                "{x",
                "[1]",
                "5 ",
                "{\"body\":5}",
                "{\"protocol\":1}",
                "{\"protocol\":{\"status_code\":\"200\"}}",
                "{\"protocol\":{\"headers\":{\"A\":\"1\"}}}"
            })
    @Raises(ErrorCode.OLD_FORMAT_RESPONSE_INVALID)
    void jsonAnswerThatIsNoneEndsTheContainer(String answer) {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit(answer);

        assertThat(call.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_INVALID);
        assertThat(call.error).hasMessageStartingWith("invalid json response from function err: ");
        assertThat(call.kept).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'{}x',false", "'{} {',false", "'{}',true", "'{} \n\t\r\n',true"})
    void surplusAfterTheObjectEndsTheContainer(String answer, boolean kept) {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit(answer);

        assertThat(call.succeeded()).isTrue();
        assertThat(call.kept).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 42, 1000})
    void aStatusThatIsNoneFailsTheCallAlone(int status) {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit("{\"protocol\":{\"status_code\":" + status + "}}");

        assertThat(call.error).hasMessage("invalid status code from function: " + status);
        assertThat(call.kept).isTrue();
    }

    @Test
    void bytesOfAnswersThatAreNotUtf8AreReplaced() {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit(
                Buffer.buffer("{\"body\":\"a").appendByte((byte) 0xe9).appendString("b\"}"));

        assertThat(call.out.text()).isEqualTo("a\ufffdb");
    }

    @Test
    @Rule("event-request")
    @Rule("event-data")
    void eventHasTheBodyAsData() {
        start(CallFormat.CLOUDEVENT);
        FakeCall call = begin("PUT", HEADERS[3]);
        call.body.emit("{\"b\":1.50,\"a\":[1e21,100,-0.0000001,\"<\"]} {\"second\":1}");
        call.body.end();

        assertThat(function.stdin.text())
                .isEqualTo("{\"cloudEventsVersion\":\"0.1\",\"eventID\":\"01\","
                        + "\"source\":\"http://lb.example:8080/r/myapp/fn?q=1\",\"eventType\":\"http\","
                        + "\"eventTypeVersion\":\"\",\"eventTime\":\"0001-01-01T00:00:00Z\",\"schemaURL\":\"\","
                        + "\"contentType\":\"application/json\",\"extensions\":{\"deadline\":"
                        + "\"2026-11-24T01:43:00.786Z\",\"protocol\":{\"type\":\"http\",\"method\":\"PUT\","
                        + "\"request_url\":\"http://lb.example:8080/r/myapp/fn?q=1\",\"headers\":"
                        + "{\"Content-Type\":[\"application/json\"]}}},"
                        + "\"data\":{\"a\":[1e+21,100,-1e-7,\"\\u003c\"],\"b\":1.5}}\n");
    }

    @Test
    @Rule("event-data")
    void eventOfAnEmptyBodyHasNoData() {
        start(CallFormat.CLOUDEVENT);
        FakeCall call = begin("POST");
        call.body.end();

        assertThat(function.stdin.text()).doesNotContain("data").endsWith("\"headers\":null}}}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "{", "1e400"})
    @Raises(ErrorCode.INVALID_EVENT_BODY)
    void eventOfABodyThatIsNotJsonIsRefusedAndTheContainerKept(String body) {
        start(CallFormat.CLOUDEVENT);
        FakeCall call = begin("POST");
        call.body.emit(body);
        call.body.end();

        assertThat(call.error.code()).isEqualTo(ErrorCode.INVALID_EVENT_BODY);
        assertThat(call.error.wireCode()).isEqualTo(400);
        assertThat(call.error).hasMessageStartingWith("Invalid json body with contentType 'application/json'. ");
        assertThat(call.kept).isTrue();
        assertThat(function.stdin.text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"contentType\":\"application/json\",\"data\":{\"b\":1.0,\"a\":\"<\"}}|{\"a\":\"\\u003c\",\"b\":1}",
                "{\"contentType\":\"application/json\"}|null",
                "{\"contentType\":\"text/plain\",\"data\":\"<x>\"}|<x>"
            })
    void dataOfTheEventIsTheAnswer(String answer, String body) {
        FakeCall call = sent(CallFormat.CLOUDEVENT);
        for (int i = 0; i < answer.length(); i++) {
            function.stdout.emit(answer.substring(i, i + 1));
        }

        assertThat(call.succeeded()).isTrue();
        assertThat(call.out.text()).isEqualTo(body);
        assertThat(call.head.status()).isEqualTo(200);
    }

    @Test
    void eventsExtensionsHaveStatusAndHeaders() {
        FakeCall call = sent(CallFormat.CLOUDEVENT);
        function.stdout.emit("{\"contentType\":\"text/plain\",\"data\":\"\",\"extensions\":{\"protocol\":"
                + "{\"status_code\":418,\"headers\":{\"A\":[\"1\"]}}}}");

        assertThat(call.head.status()).isEqualTo(418);
        assertThat(call.head.headers()).containsExactly(new Header("A", "1"), new Header("Content-Type", "text/plain"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":1}|Error: Unknown content type: ",
                "{\"contentType\":\"text/html\"}|Error: Unknown content type: text/html",
                "{\"contentType\":\"text/plain\",\"data\":1}|Invalid data for contentType 'text/plain', not a string",
                "{\"extensions\":{\"protocol\":{\"headers\":[]}}}|Invalid JSON for protocol headers, not a map",
                "{\"extensions\":{\"protocol\":{\"headers\":{\"A\":\"1\"}}}}|Invalid JSON for protocol headers, not an array of strings for header value",
                "{\"extensions\":{\"protocol\":{\"status_code\":\"x\"}}}|Invalid status_code type in protocol extension, must be an integer: x"
            })
    void illShapedEventsFailTheCallAndLeaveTheContainer(String answer, String text) {
        FakeCall call = sent(CallFormat.CLOUDEVENT);
        function.stdout.emit(answer);

        assertThat(call.error.wireCode()).isEqualTo(502);
        assertThat(call.error.getMessage().strip()).isEqualTo(text.strip());
        assertThat(call.kept).isTrue();
    }
}
