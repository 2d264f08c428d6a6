package dev.berth.conformance;

import static dev.berth.conformance.OldCall.assertEnded;
import static dev.berth.conformance.OldCall.assertKept;
import static dev.berth.conformance.OldCall.fails;
import static dev.berth.conformance.OldCall.header;
import static dev.berth.conformance.OldCall.raw;
import static dev.berth.conformance.OldCall.report;
import static dev.berth.conformance.OldCall.seen;
import static dev.berth.conformance.OldCall.status;
import static dev.berth.conformance.OldCall.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The legacy format http. */
@OnRunner
final class OldHttpE2E {
    @Test
    @Rule("http-request")
    @Rule("http-framing")
    void theRequestIsTheCallsWithFramingAndNamesOfItsOwn(LiveRunner runner) {
        CallDoc doc = OldCall.of("http", "report")
                .with("method", "PUT")
                .header("X-Many", "b", "a")
                .header("Host", "elsewhere")
                .header("content-length", "7")
                .header("Transfer-Encoding", "gzip")
                .header("Trailer", "X-T")
                .header("Fn_method", "forged");

        JsonObject report = report(runner.run(doc, "in"));

        assertThat(report.getString("method")).isEqualTo("PUT");
        assertThat(report.getString("url")).isEqualTo("/r/app/fn?q=1");
        assertThat(report.getString("body")).isEqualTo("in");
        assertThat(report.getJsonObject("headers").fieldNames())
                .containsExactly(
                        "host",
                        "user-agent",
                        "transfer-encoding",
                        "content-type",
                        "fn_call_id",
                        "fn_deadline",
                        "fn_method",
                        "fn_request_url",
                        "x-do",
                        "x-many");
        assertThat(seen(report, "host")).isEqualTo(List.of("lb.example:8080"));
        assertThat(seen(report, "user-agent")).isEqualTo(List.of("Go-http-client/1.1"));
        assertThat(seen(report, "transfer-encoding")).isEqualTo(List.of("chunked"));
        assertThat(seen(report, "fn_call_id")).isEqualTo(List.of(doc.id()));
        assertThat(seen(report, "fn_method")).isEqualTo(List.of("PUT"));
        assertThat(seen(report, "fn_request_url")).isEqualTo(List.of(OldCall.URL));
        assertThat(seen(report, "x-many")).isEqualTo(List.of("b", "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE", "OPTIONS", "PROPFIND", "SEARCH"})
    @Rule("http-no-body")
    void aRequestWithoutABodyHasNoFraming(String method, LiveRunner runner) {
        CallDoc doc = OldCall.of("http", "report").with("method", method);

        assertThat(report(runner.run(doc)).getJsonObject("headers").fieldNames())
                .doesNotContain("transfer-encoding", "content-length");
        assertThat(report(runner.run(doc.with("id", "with-body"), "x"))
                        .getJsonObject("headers")
                        .fieldNames())
                .contains("transfer-encoding");
    }

    @Test
    @Rule("http-answer")
    @Rule("http-no-body")
    void anAnswerToHeadHasNoBody(LiveRunner runner) {
        CallDoc doc = OldCall.of("http", "send ok").with("method", "HEAD");

        EngageCall.Result result = succeeds(runner.run(doc));

        assertThat(header(result, "Content-Length")).containsExactly("2");
        assertThat(result.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello",
                "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
                "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 201 C\r\nX-A: 1\r\nX-A: 2\r\ncontent-length: 5\r\n\r\nhellosurplus"
            })
    @Rule("http-answer")
    @Rule("http-interim")
    @Rule("http-surplus")
    void anAnswerEndsByItsFraming(String answer, LiveRunner runner) {
        CallDoc doc = OldCall.of("http", raw(answer));

        EngageCall.Result result = succeeds(runner.run(doc, "{}"));

        assertThat(status(result)).isEqualTo(201);
        assertThat(header(result, "X-A")).containsExactly("1", "2");
        assertThat(result.body()).isEqualTo("hello");
        assertKept(runner, doc);
    }

    @Test
    @Rule("http-endless")
    void anAnswerWithoutAnyLengthEndsAtTheDeadline(LiveRunner runner) {
        CallDoc doc =
                OldCall.of("http", raw("HTTP/1.1 200 OK\r\n\r\nand so on")).with("timeout", 1);

        EngageCall.Result result = runner.run(doc, "{}");

        assertThat(result.body()).isEqualTo("and so on");
        fails(result, 504, "Timed out");
        assertEnded(runner, doc);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\n",
                "HTTP/1.1 42 x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    @Rule("http-invalid")
    @Raises(ErrorCode.OLD_FORMAT_RESPONSE_INVALID)
    void anythingElseEndsTheContainer(String answer, LiveRunner runner) {
        CallDoc doc = OldCall.of("http", raw(answer));

        fails(runner.run(doc, "{}"), 502, "invalid http response from function err: ");
        assertEnded(runner, doc);
    }
}
