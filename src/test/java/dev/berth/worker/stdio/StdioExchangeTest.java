package dev.berth.worker.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.CallFormat;
import dev.berth.call.Header;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes to stdin and what is made of stdout, format by format; rules of old-formats.md. */
final class StdioExchangeTest {
    private static final StdioLimits NO_LIMITS = new StdioLimits(0, 0, 0);
    private static final ExitStatus GOOD = new ExitStatus(0, false);
    private static final Header[] HEADERS = {
        new Header("X-Multi", "a"),
        new Header("Connection", "close"),
        new Header("X-Multi", "b"),
        new Header("Content-Type", "application/json"),
        new Header("Fn_method", "forged"),
        new Header("User-Agent", "curl/7")
    };

    private static Vertx vertx;

    private final FakeCall.Function function = new FakeCall.Function();
    private final List<String> errors = new ArrayList<>();
    private StdioExchange exchange;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close();
    }

    private void start(CallFormat format) {
        start(format, NO_LIMITS);
    }

    private void start(CallFormat format, StdioLimits limits) {
        exchange = new StdioExchange(vertx, function.streams(), format, limits, bytes -> errors.add(bytes.toString()));
    }

    private FakeCall begin(String method, Header... headers) {
        FakeCall call = new FakeCall(method, headers);
        exchange.begin(call);
        return call;
    }

    /** A call whose body has been given to the function. */
    private FakeCall sent(CallFormat format) {
        start(format);
        FakeCall call = begin("POST");
        call.body.emit("{}");
        call.body.end();
        return call;
    }

    private void exit(ExitStatus status) {
        function.stdout.end();
        exchange.exited(status);
    }

    @Test
    void httpRequestIsChunkedWithSortedHeaders() {
        start(CallFormat.HTTP);
        FakeCall call = begin("POST", HEADERS);
        call.body.emit("world");
        call.body.end();

        assertThat(function.stdin.text().split("\r\n"))
                .containsExactly(
                        "POST /r/myapp/fn?q=1 HTTP/1.1",
                        "Host: lb.example:8080",
                        "User-Agent: curl/7",
                        "Transfer-Encoding: chunked",
                        "Connection: close",
                        "Content-Type: application/json",
                        "Fn_call_id: 01",
                        "Fn_deadline: 2026-11-24T01:43:00.786Z",
                        "Fn_method: POST",
                        "Fn_request_url: http://lb.example:8080/r/myapp/fn?q=1",
                        "X-Multi: a",
                        "X-Multi: b",
                        "",
                        "5",
                        "world",
                        "0");
        assertThat(function.stdin.ended).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "SEARCH"})
    void httpRequestWithoutABodyHasNoFraming(String method) {
        start(CallFormat.HTTP);
        FakeCall call = begin(method);
        assertThat(function.stdin.text()).isEmpty();
        call.body.end();

        assertThat(function.stdin.text())
                .startsWith(method + " /r/myapp/fn?q=1 HTTP/1.1\r\n")
                .endsWith("\r\n\r\n")
                .contains("User-Agent: Go-http-client/1.1")
                .doesNotContain("chunked", "Content-Length");
    }

    @Test
    void httpGetWithABodyIsChunked() {
        start(CallFormat.HTTP);
        FakeCall call = begin("GET");
        call.body.emit("x");
        call.body.end();

        assertThat(function.stdin.text()).contains("chunked").endsWith("\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    }

    @Test
    @Rule("http-bad-header")
    void httpHeaderThatCannotBeWrittenIsRefusedAndTheContainerKept() {
        start(CallFormat.HTTP);
        FakeCall call = begin("POST", new Header("bad name", "x"));

        assertThat(call.error.code()).isEqualTo(ErrorCode.INVALID_HEADER);
        assertThat(call.kept).isTrue();
        assertThat(function.stdin.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello",
                "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 C\r\nX-A: 1\r\nX-A: 2\r\ncontent-length: 5\r\n\r\nhellosurplus"
            })
    void httpAnswerMayBeCutAnywhere(String answer) {
        for (int cut = 0; cut <= answer.length(); cut++) {
            FakeCall call = sent(CallFormat.HTTP);
            function.stdout.emit(answer.substring(0, cut));
            function.stdout.emit(answer.substring(cut));

            assertThat(call.succeeded()).as("cut at %s", cut).isTrue();
            assertThat(call.kept).isTrue();
            assertThat(call.head.status()).isEqualTo(201);
            assertThat(call.head.headers()).contains(new Header("X-A", "1"), new Header("X-A", "2"));
            assertThat(call.out.text()).isEqualTo("hello");
        }
    }

    @Test
    void httpAnswerToHeadHasNoBody() {
        start(CallFormat.HTTP);
        FakeCall call = begin("HEAD");
        call.body.end();
        function.stdout.emit("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");

        assertThat(call.succeeded()).isTrue();
        assertThat(call.head.headers()).contains(new Header("Content-Length", "5"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\n",
                "HTTP/1.1 999999 x\r\n\r\n",
                "HTTP/1.1 42 x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void httpAnswerThatIsNoneEndsTheContainer(String answer) {
        FakeCall call = sent(CallFormat.HTTP);
        function.stdout.emit(answer);

        assertThat(call.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_INVALID);
        assertThat(call.error.wireCode()).isEqualTo(502);
        assertThat(call.error).hasMessageStartingWith("invalid http response from function err: ");
        assertThat(call.kept).isFalse();
    }

    @Test
    @Rule("old-early")
    void anAnswerBeforeTheRequestsEndEndsTheContainer() {
        start(CallFormat.HTTP);
        FakeCall call = begin("POST");
        call.body.emit("half");
        function.stdout.emit("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(call.succeeded()).isTrue();
        assertThat(call.kept).isFalse();
    }

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

    @Test
    @Rule("default-stdin")
    void defaultIsTheBodyAndAllOfStdout() {
        start(CallFormat.DEFAULT);
        FakeCall call = begin("POST");
        call.body.emit("in");
        assertThat(function.stdin.text()).isEqualTo("in");
        call.body.end();
        assertThat(function.stdin.ended).isTrue();
        function.stdout.emit("out");
        assertThat(call.head.status()).isEqualTo(200);
        assertThat(call.head.headers()).isEmpty();
        exchange.exited(GOOD);
        assertThat(call.ends).isZero();
        function.stdout.end();

        assertThat(call.succeeded()).isTrue();
        assertThat(call.kept).isFalse();
        assertThat(call.out.text()).isEqualTo("out");
    }

    @Test
    void defaultWithoutOutputStillHasAHead() {
        FakeCall call = sent(CallFormat.DEFAULT);
        exit(GOOD);

        assertThat(call.succeeded()).isTrue();
        assertThat(call.head.status()).isEqualTo(200);
    }

    @Test
    void defaultThatEndedBeforeItsCallIsReadThen() {
        start(CallFormat.DEFAULT);
        assertThat(exchange.exited(GOOD)).isTrue();
        FakeCall call = begin("POST");
        function.stdout.emit("early");
        function.stdout.end();

        assertThat(call.succeeded()).isTrue();
        assertThat(call.out.text()).isEqualTo("early");
    }

    @ParameterizedTest
    @EnumSource(value = CallFormat.class, names = "HTTP_STREAM", mode = EnumSource.Mode.EXCLUDE)
    @Raises(ErrorCode.CONTAINER_EXIT)
    void anExitDuringACallIsItsError(CallFormat format) {
        FakeCall call = sent(format);
        assertThat(exchange.exited(new ExitStatus(3, false))).isTrue();
        function.stdout.end();

        assertThat(call.error.code()).isEqualTo(ErrorCode.CONTAINER_EXIT);
        assertThat(call.error).hasMessage("container exit code 3");
        assertThat(call.error.wireCode()).isEqualTo(502);
        assertThat(call.kept).isFalse();
        assertThat(call.head).isNull();
    }

    @Test
    @Raises(ErrorCode.OUT_OF_MEMORY)
    void onlyTheEngineKnowsThatMemoryRanOut() {
        FakeCall call = sent(CallFormat.JSON);
        exit(new ExitStatus(137, true));
        assertThat(call.error.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
        assertThat(call.error)
                .hasMessage(
                        "container out of memory, you may want to raise route.memory for this route (default: 128MB)");

        FakeCall killed = sent(CallFormat.JSON);
        exit(new ExitStatus(137, false));
        assertThat(killed.error).hasMessage("container exit code 137");
    }

    @ParameterizedTest
    @EnumSource(
            value = CallFormat.class,
            names = {"HTTP", "JSON", "CLOUDEVENT"})
    void aHotFunctionThatDiedBeforeItsFirstCallFailsThatCall(CallFormat format) {
        start(format);
        function.stdout.end();
        assertThat(exchange.exited(new ExitStatus(1, false))).isTrue();
        FakeCall call = begin("POST");

        assertThat(call.error).hasMessage("container exit code 1");
        assertThat(call.kept).isFalse();
        assertThat(function.stdin.text()).isEmpty();
    }

    @Test
    void aHotFunctionThatDiesLaterIsTheContainersAffair() {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit("{}");
        assertThat(call.kept).isTrue();

        assertThat(exchange.exited(GOOD)).isFalse();
    }

    @Test
    @Rule("old-between")
    void whatAHotFunctionWritesBetweenCallsIsDropped() {
        start(CallFormat.JSON);
        function.stdout.emit("noise");
        FakeCall call = begin("POST");
        call.body.end();
        function.stdout.emit("{}");
        function.stdout.emit("more noise");
        assertThat(call.succeeded()).isTrue();
        FakeCall second = begin("POST");
        second.body.end();
        function.stdout.emit("{}");

        assertThat(second.succeeded()).isTrue();
        assertThat(function.stdout.paused).isFalse();
    }

    @Test
    @Rule("old-streams")
    void stderrGoesToItsListenerAtAnyTime() {
        start(CallFormat.JSON);
        function.stderr.emit("one");
        begin("POST");
        function.stderr.emit("two");

        assertThat(errors).containsExactly("one", "two");
    }

    @ParameterizedTest
    @EnumSource(value = CallFormat.class, names = "HTTP_STREAM", mode = EnumSource.Mode.EXCLUDE)
    @Raises(ErrorCode.REQUEST_TOO_BIG)
    void requestsOverTheLimitAreRefused(CallFormat format) {
        start(format, new StdioLimits(4, 0, 0));
        FakeCall call = begin("POST");
        call.body.emit("1234");
        assertThat(call.ends).isZero();
        call.body.emit("5");

        assertThat(call.error.code()).isEqualTo(ErrorCode.REQUEST_TOO_BIG);
        assertThat(call.error.wireCode()).isEqualTo(413);
        assertThat(call.kept).isEqualTo(format == CallFormat.JSON || format == CallFormat.CLOUDEVENT);
        assertThat(function.stdin.text()).doesNotContain("5\r\n");
        assertThat(function.stdin.ended).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = CallFormat.class, names = "HTTP_STREAM", mode = EnumSource.Mode.EXCLUDE)
    @Raises(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG)
    void outputOverTheLimitEndsTheContainer(CallFormat format) {
        start(format, new StdioLimits(0, 100, 0));
        FakeCall call = begin("POST");
        call.body.end();
        String head = format == CallFormat.HTTP ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" : "";
        function.stdout.emit(head + (format == CallFormat.DEFAULT ? "" : "{\"body\":\""));
        function.stdout.emit("x".repeat(101));

        assertThat(call.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG);
        assertThat(call.error).hasMessage("function response too large");
        assertThat(call.kept).isFalse();
    }

    @Test
    void bodyWaitsForTheFunctionAndOutputForTheCaller() {
        start(CallFormat.DEFAULT);
        FakeCall call = begin("POST");
        function.stdin.full = true;
        call.body.emit("x");
        assertThat(call.body.paused).isTrue();
        function.stdin.drained();
        assertThat(call.body.paused).isFalse();

        call.out.full = true;
        function.stdout.emit("y");
        assertThat(function.stdout.paused).isTrue();
        call.out.drained();
        assertThat(function.stdout.paused).isFalse();
    }

    @Test
    void aLongAnswerIsPassedOnAsTheCallerTakesIt() {
        FakeCall call = sent(CallFormat.JSON);
        call.out.full = true;
        function.stdout.emit("{\"body\":\"" + "x".repeat(100_000) + "\"}");
        assertThat(call.out.written.length()).isZero();
        assertThat(call.ends).isZero();
        call.out.drained();

        assertThat(call.succeeded()).isTrue();
        assertThat(call.out.written.length()).isEqualTo(100_000);
    }

    @Test
    @Rule("default-stdin")
    void aFunctionThatDoesNotReadItsInputMayAnswerAllTheSame() {
        start(CallFormat.DEFAULT);
        function.stdin.broken = true;
        function.stdin.full = true;
        FakeCall call = begin("POST");
        call.body.emit("x");
        assertThat(call.body.paused).isFalse();
        call.body.end();
        function.stdout.emit("fine");
        exit(GOOD);

        assertThat(call.succeeded()).isTrue();
    }

    @Test
    void aBrokenOffCallLeavesItsInputIncomplete() {
        start(CallFormat.DEFAULT);
        FakeCall call = begin("POST");
        call.body.emit("x");

        assertThat(exchange.abort()).isFalse();
        call.body.end();
        exit(GOOD);
        assertThat(function.stdin.ended).isFalse();
        assertThat(call.ends).isZero();
    }

    @Test
    void aHotFunctionIsUntouchedUntilItsCallIsWritten() {
        start(CallFormat.JSON);
        FakeCall call = begin("POST");
        call.body.emit("x");

        assertThat(exchange.abort()).isTrue();
        call.body.end();
        assertThat(function.stdin.text()).isEmpty();
        FakeCall second = begin("POST");
        second.body.end();
        assertThat(exchange.abort()).isFalse();
    }
}
