package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.HttpRespMeta;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Calls of the function that speaks the legacy formats, and their ends. Those of one format share a container. */
final class OldCall {
    static final String URL = "http://lb.example:8080/r/app/fn?q=1";
    private static final String AGAIN = "type text/plain; send again";

    private OldCall() {}

    /** A call with a program of steps; to be given a body of JSON. */
    static CallDoc of(String format, String program) {
        return CallDoc.of(program)
                .with("image", "berth/old-formats")
                .with("format", format)
                .with("method", "POST")
                .with("url", URL)
                .config("FN_FORMAT", format)
                .header("Content-Type", "application/json");
    }

    /** A step that writes a text instead of an answer. */
    static String raw(String text) {
        return "raw " + URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static CallDoc again(CallDoc doc, String program) {
        return doc.with("id", UUID.randomUUID().toString()).header("X-Do", program);
    }

    static EngageCall.Result succeeds(EngageCall.Result result) {
        assertThat(result.finished().getErrorStr()).isEmpty();
        assertThat(result.finished().getSuccess()).isTrue();
        return result;
    }

    static void fails(EngageCall.Result result, int code, String text) {
        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getSuccess()).isFalse();
        assertThat(result.finished().getErrorStr()).startsWith(text);
        assertThat(result.finished().getErrorCode()).isEqualTo(code);
    }

    /** The container of an earlier call takes another one. */
    static void assertKept(LiveRunner runner, CallDoc doc) {
        assertThat(createDuration(runner, doc)).isZero();
    }

    /** The container of an earlier call takes no other one, and the next one is well. */
    static void assertEnded(LiveRunner runner, CallDoc doc) {
        assertThat(createDuration(runner, doc)).isPositive();
    }

    private static long createDuration(LiveRunner runner, CallDoc doc) {
        EngageCall.Result result = succeeds(runner.run(again(doc, AGAIN), "{}"));
        assertThat(result.body()).isEqualTo("again");
        return result.finished().getCtrCreateDuration();
    }

    static HttpRespMeta head(EngageCall.Result result) {
        assertThat(result.messages().get(0).hasResultStart()).isTrue();
        return result.messages().get(0).getResultStart().getHttp();
    }

    static int status(EngageCall.Result result) {
        return head(result).getStatusCode();
    }

    static List<String> header(EngageCall.Result result, String name) {
        return head(result).getHeadersList().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(HttpHeader::getValue)
                .toList();
    }

    /** What the function saw of a call whose program reports it. */
    static JsonObject report(EngageCall.Result result) {
        return new JsonObject(succeeds(result).body());
    }

    /** The values of one header that the function saw. */
    static List<?> seen(JsonObject report, String name) {
        return report.getJsonObject("headers").getJsonArray(name).getList();
    }
}
