package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.RunnerService;
import dev.berth.config.ConfigLoader;
import dev.berth.proto.CallFinished;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The example {@code old-formats} called through a whole runner, in each of its formats. After every failure no
 * container is left; hot ones that may live on are counted too.
 */
abstract class OldFormatsScenarios {
    private static final int LARGE = 4 << 20;
    private static final int MAX_REQUEST = 5 << 20;
    private static final int MAX_RESPONSE = 6 << 20;
    private static final int PIECE = 32 * 1024;

    @TempDir
    Path root;

    private RunnerService runner;
    private Vertx vertx;
    private EngageClient client;

    /** {@code process} or {@code docker}. */
    abstract String engine();

    /**
     * Functions alive now.
     *
     * @param socketRoot of the runner, which no other one shares
     */
    /** All that the runner has on its engine. */
    abstract int containers(Path socketRoot) throws Exception;

    /** What of it runs functions. */
    abstract int functions(Path socketRoot) throws Exception;

    @BeforeEach
    void start() {
        Map<String, String> options = Map.of(
                "engine.kind",
                engine(),
                "engine.catalogue",
                "src/examples",
                "grpc.port",
                "0",
                "node.rehearsalCalls",
                "0",
                "worker.socketRoot",
                root.toString(),
                // A function that is frozen on its way out would not be seen to leave.
                "worker.freezeIdle",
                "never",
                "worker.maxResponse",
                String.valueOf(MAX_RESPONSE),
                "call.maxRequest",
                String.valueOf(MAX_REQUEST));
        runner = Await.of(
                RunnerService.start(ConfigLoader.load(null, Map.of(), options).config(), "test"));
        vertx = Vertx.vertx();
        client = new EngageClient(vertx, runner.port());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        Await.of(runner.drain());
        Await.of(vertx.close());
        assertThat(containers(root)).as("containers after the runner's end").isZero();
    }

    private static String model(String format, int timeout, String program) {
        return """
                {"id":"%s","image":"berth/old-formats:latest","format":"%s","timeout":%d,"idle_timeout":30,"memory":128,
                "method":"POST","url":"http://lb/r/app/fn?q=1","config":{"FN_FORMAT":"%s"},
                "headers":{"X-Do":["%s"],"Content-Type":["application/json"]}}
                """.formatted(UUID.randomUUID(), format, timeout, format, program);
    }

    private EngageCall begin(String format, String program) {
        return client.engage().tryCall(model(format, 19, program));
    }

    private EngageCall.Result call(String format, String program, String body) {
        return begin(format, program).data(body, true).result();
    }

    private void fails(EngageCall.Result result, int code, String text) {
        CallFinished finished = result.finished();
        assertThat(finished.getSuccess()).isFalse();
        assertThat(finished.getErrorCode()).as(finished.getErrorStr()).isEqualTo(code);
        assertThat(finished.getErrorStr()).startsWith(text);
    }

    final void left(int count) throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(Await.LIMIT_SECONDS);
        while (functions(root) != count) {
            assertThat(System.nanoTime())
                    .as("not %s but %s containers", count, functions(root))
                    .isLessThan(limit);
            Await.of(vertx.timer(50));
        }
    }

    private static int status(EngageCall.Result result) {
        RunnerMsg first = result.messages().get(0);
        assertThat(first.hasResultStart()).isTrue();
        return first.getResultStart().getHttp().getStatusCode();
    }

    private static List<String> header(EngageCall.Result result, String name) {
        return result.messages().get(0).getResultStart().getHttp().getHeadersList().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(header -> header.getValue())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    void hotFunctionsAnswerCallAfterCallFromOneContainer(String format) throws Exception {
        for (int i = 0; i < 3; i++) {
            EngageCall.Result result = call(format, "", "{\"n\":" + i + "}");
            assertThat(result.finished().getSuccess())
                    .as(result.finished().getErrorStr())
                    .isTrue();
            assertThat(status(result)).isEqualTo(200);
            assertThat(header(result, "Content-Type")).containsExactly("application/json");
            assertThat(result.body()).isEqualTo("{\"n\":" + i + "}");
        }
        left(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    void statusAndHeadersAreTheFunctions(String format) {
        EngageCall.Result result =
                call(format, "status 418; header X-A=1; header X-A=2; type text/plain; send h%c3%a9", "");

        assertThat(status(result)).isEqualTo(418);
        assertThat(header(result, "X-A")).containsExactly("1", "2");
        assertThat(header(result, "Content-Type")).containsExactly("text/plain");
        assertThat(result.body()).isEqualTo("h\u00e9");
        assertThat(header(result, "Content-Length")).hasSize(format.equals("http") ? 1 : 0);
    }

    @Test
    void aColdFunctionHasTheCallInItsEnvironmentAndIsGoneAfterwards() throws Exception {
        EngageCall.Result result = call("default", "report", "body");

        assertThat(result.finished().getSuccess())
                .as(result.finished().getErrorStr())
                .isTrue();
        assertThat(status(result)).isEqualTo(200);
        assertThat(result.body())
                .contains(
                        "\"FN_METHOD\":\"POST\"", "\"FN_REQUEST_URL\":\"http://lb/r/app/fn?q=1\"", "\"body\":\"body\"")
                .containsPattern("\"FN_DEADLINE\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"")
                .contains("\"FN_HEADER_Content-Type\":\"application/json\"");
        left(0);
    }

    @Test
    void aColdFunctionThatSaysNothingSucceeds() throws Exception {
        EngageCall.Result result = call("default", "exit 0", "");

        assertThat(result.finished().getSuccess())
                .as(result.finished().getErrorStr())
                .isTrue();
        assertThat(status(result)).isEqualTo(200);
        assertThat(result.body()).isEmpty();
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http"})
    void largeBodiesStreamBothWays(String format) {
        EngageCall call = begin(format, "echo");
        byte[] piece = new byte[PIECE];
        for (int sent = 0; sent < LARGE; sent += PIECE) {
            Arrays.fill(piece, (byte) ('a' + sent / PIECE % 26));
            call.data(piece.clone(), sent + PIECE == LARGE);
        }
        EngageCall.Result result = call.result();

        assertThat(result.finished().getSuccess())
                .as(result.finished().getErrorStr())
                .isTrue();
        String body = result.body();
        assertThat(body).hasSize(LARGE);
        for (int at = 0; at < LARGE; at += PIECE) {
            assertThat(body.charAt(at)).isEqualTo((char) ('a' + at / PIECE % 26));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http", "json", "cloudevent"})
    void anExitDuringACallIsItsError(String format) throws Exception {
        fails(call(format, "exit 3", "{}"), 502, "container exit code 3");
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    void anExitRightAfterTheAnswerIsNone(String format) throws Exception {
        EngageCall.Result result = call(format, "type text/plain; send ok; leave 1", "{}");

        assertThat(result.finished().getSuccess())
                .as(result.finished().getErrorStr())
                .isTrue();
        assertThat(result.body()).isEqualTo("ok");
        left(0);
    }

    @Test
    void anExitCodeSpoilsTheAnswerOfAColdFunction() throws Exception {
        fails(call("default", "send ok; leave 4", ""), 502, "container exit code 4");
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    void nonsenseEndsTheContainer(String format) throws Exception {
        String kind = format.equals("http") ? "http" : "json";
        fails(call(format, "raw nonsense%0a", "{}"), 502, "invalid " + kind + " response from function err: ");
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http", "json", "cloudevent"})
    void aFunctionThatHangsIsEndedAtItsDeadline(String format) throws Exception {
        EngageCall.Result result = client.engage()
                .tryCall(model(format, 2, "hang"))
                .data("{}", true)
                .result();

        fails(result, 504, "Timed out");
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "cloudevent"})
    void surplusAfterAnAnswerEndsTheContainerOnly(String format) throws Exception {
        EngageCall.Result result = call(format, "type text/plain; send ok; surplus x", "{}");

        assertThat(result.finished().getSuccess())
                .as(result.finished().getErrorStr())
                .isTrue();
        assertThat(result.body()).isEqualTo("ok");
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http", "json", "cloudevent"})
    void anAnswerOverTheLimitEndsTheContainer(String format) throws Exception {
        fails(call(format, "type text/plain; fill 7000000", "{}"), 502, "function response too large");
        left(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http", "json", "cloudevent"})
    void aRequestOverTheLimitIsRefused(String format) throws Exception {
        EngageCall call = begin(format, "");
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) '1');
        for (int sent = 0; sent <= MAX_REQUEST; sent += PIECE) {
            call.data(piece.clone(), false);
        }

        fails(call.result(), 413, "Request content too large");
        left(format.equals("json") || format.equals("cloudevent") ? 1 : 0);
    }

    @Test
    void anEventOfABodyThatIsNoJsonIsTheCallersFault() throws Exception {
        fails(call("cloudevent", "", "nonsense"), 400, "Invalid json body with contentType 'application/json'. ");
        left(1);
    }

    @Test
    void anIllShapedEventFailsTheCallAlone() throws Exception {
        fails(call("cloudevent", "type text/html; send x", "{}"), 502, "Error: Unknown content type: text/html");
        left(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http"})
    void aCancelledCallTakesItsContainerAlong(String format) throws Exception {
        String begun = "raw HTTP/1.1%20200%20OK%0d%0aContent-Length:%209%0d%0a%0d%0abegun; hang";
        EngageCall call = begin(format, begun).data("{}", true);
        call.nextPayload();
        left(1);
        call.cancel();

        left(0);
    }
}
