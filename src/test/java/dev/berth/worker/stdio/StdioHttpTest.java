package dev.berth.worker.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.CallFormat;
import dev.berth.call.Header;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The format http: what goes to stdin and what is made of stdout; rules of old-formats.md. */
final class StdioHttpTest extends StdioRig {
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
                "HTTP/1.1 201 Created\nTransfer-Encoding: chunked\nContent-Length: 9\nX-A: 1\nX-A: 2\n\n5 \nhello\n0\n\n",
                "HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 201 C\r\nX-A: 1\r\nX-A: 2\r\ncontent-length: 5\r\n\r\nhello",
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
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
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
}
