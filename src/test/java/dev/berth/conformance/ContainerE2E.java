package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.HttpHeader;
import io.vertx.core.Future;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a function sees of the runner, and which answers it may give. */
@OnRunner
final class ContainerE2E {
    private static final long HELD_BACK_MILLIS = 700;
    private static final CallDoc REPORT = CallDoc.of("read; report");

    @Test
    @Rule("container-directory")
    void theSocketDirectoryIsShownToTheFunction(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; file /proc/self/mounts; report"));

        assertThat(Report.of(result).environment("FN_LISTENER")).isEqualTo("unix:/tmp/iofs/lsnr.sock");
        assertThat(result.body()).contains(" /tmp/iofs ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"linked", "dotted", "renamed"})
    @Rule("container-ready")
    @Rule("container-socket")
    void aSocketIsGoodHoweverItIsOffered(String kind, LiveRunner runner) {
        assertThat(runner.run(CallDoc.of("read; send ok").config("INIT_SOCKET", kind))
                        .body())
                .isEqualTo("ok");
    }

    @Test
    @Rule("container-request")
    @Rule("container-encoding")
    void theRequestIsOneChunkedPost(LiveRunner runner) {
        Report report = Report.of(runner.run(REPORT.with("method", "PUT").with("url", "http://host/path?q")));

        assertThat(report.request("method")).isEqualTo("POST");
        assertThat(report.request("target")).isEqualTo("/call");
        assertThat(report.request("version")).endsWith("1.1");
        assertThat(report.headers("Host")).containsExactly("localhost");
        assertThat(report.headers("Transfer-Encoding")).containsExactly("chunked");
        assertThat(report.headers("Content-Length")).isEmpty();
        assertThat(report.headers("Accept-Encoding")).containsExactly("gzip");
        assertThat(report.body().getInteger("bytes")).isZero();
        assertThat(report.body().getBoolean("complete")).isTrue();
    }

    @Test
    @Rule("container-headers")
    @Rule("container-user-agent")
    void theCallsHeadersAreThoseOfTheRequest(LiveRunner runner) {
        Report report = Report.of(runner.run(REPORT.header("X-Many", "b", "a", "ü")
                .header("Host", "elsewhere")
                .header("content-length", "7")
                .header("Connection", "close")
                .header("User-Agent", "one", "two")
                .header("Te", "trailers")));

        assertThat(report.headers("X-Many")).hasSize(3).startsWith("b", "a");
        assertThat(report.headers("Host")).containsExactly("localhost");
        assertThat(report.headers("Content-Length")).isEmpty();
        assertThat(report.headers("Connection")).isEmpty();
        assertThat(report.headers("User-Agent")).containsExactly("one");
        assertThat(report.headers("TE")).containsExactly("trailers");
    }

    @Test
    @Rule("container-user-agent")
    @Rule("container-call-headers")
    void callIdDeadlineAndUserAgentAreAlwaysThere(LiveRunner runner) {
        Instant before = Instant.now();
        CallDoc doc = REPORT.header("Fn-Call-Id", "forged").header("fn-deadline", "forged");
        Report report = Report.of(runner.run(doc));

        assertThat(report.headers("Fn-Call-Id")).containsExactly(doc.id());
        assertThat(report.headers("User-Agent")).containsExactly("Go-http-client/1.1");
        assertThat(report.headers("Fn-Deadline")).singleElement().asString().matches("[-0-9]+T[:0-9]+Z");
        assertThat(Instant.parse(report.headers("Fn-Deadline").get(0)))
                .isBetween(before.plusSeconds(13), before.plusSeconds(75));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "read; frame length; send ok",
                "read; frame eof; send ok",
                "read; version 1.0; frame eof; send ok",
                "read; trailer X-T=1; send ok",
                "read; interim 103; send ok",
                "read; interim 102; interim 199; send ok",
                "read; frame length; send ok; end; close",
                "read; raw HTTP/1.1%20200%0aContent-Length:2%0a%0aok",
                "read; raw HTTP/1.1%20200%20OK%0d%0aContent-Length:2%0d%0aContent-Length:2%0d%0a%0d%0aok",
                "read; raw HTTP/1.1%20200%20OK%0d%0aContent-Length:7%0d%0aTransfer-Encoding:chunked%0d%0a%0d%0a"
                        + "2%20%0d%0aok%0d%0a0%0d%0a%0d%0a"
            })
    @Rule("container-framing")
    @Rule("container-answer")
    void anyFramingOfHttpIsUnderstood(String program, LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of(program));

        assertThat(result.finished().getErrorStr()).isEmpty();
        assertThat(result.body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "%0d%0a", "HTTP/1.1%20200%20OK%0d%0aX-Foreign:secret%0d%0a", "%00junk"})
    @Rule("connection-surplus")
    void whatFollowsAnAnswerReachesNoOtherCall(String surplus, LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; raw HTTP/1.1%20200%20OK%0d%0aContent-Length:2%0d%0a%0d%0aok" + surplus);
        CallDoc late = doc.header("X-Do", "read; frame length; send ok; end; sleep 100; raw " + surplus);
        for (CallDoc odd : new CallDoc[] {doc, late, doc}) {
            assertThat(runner.run(odd).body()).isEqualTo("ok");
            EngageCall.Result next = runner.run(doc.header("X-Do", "read; frame length; send next"));
            assertThat(next.finished().getErrorStr()).isEmpty();
            assertThat(next.body()).isEqualTo("next");
            assertThat(headers(next)).noneMatch(header -> header.getKey().equals("X-Foreign"));
            assertThat(next.finished().getCtrCreateDuration()).isZero();
        }
    }

    private static List<HttpHeader> headers(EngageCall.Result result) {
        return result.messages().get(0).getResultStart().getHttp().getHeadersList();
    }

    @Test
    @Rule("container-encoding")
    void anAnswerInGzipIsUnpackedForACallerWhoDidNotAskForIt(LiveRunner runner) {
        StringBuilder packed = new StringBuilder();
        for (int next : new int[] {31, 139, 8, 0, 0, 0, 0, 0, 0, 0, 203, 200, 4, 0, 172, 42, 147, 216, 2, 0, 0, 0}) {
            packed.append(URLEncoder.encode(String.valueOf((char) next), StandardCharsets.UTF_8));
        }
        CallDoc doc = CallDoc.of("read; raw HTTP/1.1%20200%20OK%0d%0aContent-Encoding:gzip%0d%0aContent-Length:22"
                + "%0d%0a%0d%0a" + packed);
        EngageCall.Result unpacked = runner.run(doc);
        assertThat(unpacked.body()).isEqualTo("hi");
        assertThat(headers(unpacked)).isEmpty();

        EngageCall.Result asked = runner.run(doc.header("Accept-Encoding", "gzip"));
        assertThat(asked.body()).isNotEqualTo("hi");
        assertThat(headers(asked)).anyMatch(header -> header.getKey().equals("Content-Encoding"));
    }

    @Test
    @Rule("container-pressure")
    void aFunctionThatDoesNotReadHoldsItsClientBack(LiveRunner runner) throws Exception {
        CallDoc doc = CallDoc.of("read; send warm");
        runner.run(doc);
        EngageCall call = runner.start(doc.header("X-Do", "read 1; sleep 3000; read; send ok"));
        byte[] frame = new byte[64 * 1024];
        long sent = 0;
        Future<Void> last = Future.succeededFuture();
        while (isTaken(last) && sent < 256L << 20) {
            last = call.send(EngageCall.frame(frame, false));
            sent += frame.length;
        }

        assertThat(sent).isLessThan(64L << 20);
        assertThat(call.data("", true).result().body()).isEqualTo("ok");
        Await.of(last);
    }

    private static boolean isTaken(Future<Void> write) throws Exception {
        try {
            write.toCompletionStage().toCompletableFuture().get(HELD_BACK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException heldBack) {
            return false;
        }
    }
}
