package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.berth.config.ConfigException;
import dev.berth.config.HttpConfig;
import dev.berth.ingress.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
final class OperationsPortTest {
    private final OpsRig rig = new OpsRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void greetingAndVersionAreFns() {
        rig.open();

        assertThat(rig.get("/").json())
                .isEqualTo(new JsonObject("{\"goto\":\"https://github.com/fnproject/fn\",\"hello\":\"world!\"}"));
        assertThat(rig.get("/version").text()).isEqualTo("{\"version\":\"1.2.3\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/debug/pprof/heap", "/shutdown", "/api", "/..%2f..%2fetc/passwd"})
    void unknownPathIsToldAsFnTellsIt(String path) {
        rig.open();

        OpsRig.Answer answer = rig.get(path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json()).isEqualTo(new JsonObject().put("message", "Path not found: GET " + path));
    }

    @Test
    void wrongMethodIsToldAsFnTellsIt() {
        rig.open();

        OpsRig.Answer answer = rig.ask(HttpMethod.POST, "/version", Map.of());

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.text()).isEqualTo("{\"message\":\"Method not allowed: POST /version\"}");
        assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | /api/calls/01HX | GET, HEAD",
                "GET | /api/functions/team%2Fthumb/evict | POST",
                "DELETE | /api/calls/01HX%2F2 | GET, HEAD",
            })
    void whatMayBeDoneIsToldOfPathsWithNamesInThemToo(String method, String path, String allowed) {
        rig.open();

        OpsRig.Answer answer = rig.ask(HttpMethod.valueOf(method), path, Map.of());

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers()).containsEntry("allow", allowed);
    }

    @Test
    void headIsTheGetWithoutItsBody() {
        rig.open();

        OpsRig.Answer answer = rig.ask(HttpMethod.HEAD, "/version", Map.of());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().length()).isZero();
        assertThat(answer.headers()).containsEntry("content-length", "19");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/healthz", "/nope", "/version"})
    void everyAnswerSaysWhatABrowserMayDoWithIt(String path) {
        rig.open();

        assertThat(rig.get(path).headers())
                .containsEntry("x-content-type-options", "nosniff")
                .containsEntry("cache-control", "no-store")
                .containsEntry("content-type", "application/json")
                .hasEntrySatisfying(
                        "content-security-policy",
                        policy -> assertThat(policy)
                                .startsWith("default-src 'none'; script-src 'self';")
                                .contains("frame-ancestors 'none'"));
    }

    @Test
    void nodeThatTakesCallsIsHealthyAndReady() {
        rig.open();

        assertThat(rig.get("/healthz").json())
                .isEqualTo(new JsonObject()
                        .put("healthy", true)
                        .put("loopsStopped", 0)
                        .put("engine", "docker")
                        .put("engineAnswers", true));
        OpsRig.Answer ready = rig.get("/readyz");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json()).isEqualTo(new JsonObject().put("ready", true).put("reasons", new JsonArray()));
    }

    @Test
    void drainingNodeIsHealthyAndNotReady() {
        rig.open();
        rig.counters.drain(() -> {});

        assertThat(rig.get("/healthz").status()).isEqualTo(200);
        OpsRig.Answer ready = rig.get("/readyz");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.json().getJsonArray("reasons")).containsExactly("draining");
    }

    @Test
    void silentEngineIsNamedAndANewStartWouldNotMendIt() {
        rig.open();
        rig.cold.set(false);

        OpsRig.Answer health = rig.get("/healthz");
        assertThat(health.status()).isEqualTo(200);
        assertThat(health.json().getBoolean("engineAnswers")).isFalse();
        assertThat(rig.get("/readyz").json().getJsonArray("reasons"))
                .containsExactly("container engine is not answering");
    }

    @Test
    void loopThatStandsStillIsSeenFromOutside() {
        rig.open();
        CountDownLatch release = new CountDownLatch(1);
        rig.loops.get(1).runOnContext(turn -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        awaitHealth(503);
        assertThat(rig.get("/healthz").json().getInteger("loopsStopped")).isEqualTo(1);
        release.countDown();
        awaitHealth(200);
    }

    private void awaitHealth(int status) {
        while (rig.get("/healthz").status() != status) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "localhost:9191, 200",
        "LOCALHOST, 200",
        "127.0.0.1:80, 200",
        "10.1.2.3, 200",
        "[::1]:9191, 200",
        "berth.example:1, 200",
        "evil.example, 403",
        "localhost.evil.example, 403",
        "127.0.0.1.evil.example, 403",
        "evil.example#localhost, 403",
        "[::1, 403",
    })
    void nameThatIsNotOursIsRefused(String host, int status) throws IOException {
        rig.open(OpsRig.config(null, null, "berth.example"));

        assertThat(rig.raw("GET /version HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void requestWithoutANameIsRefused() throws IOException {
        rig.open();

        assertThat(rig.raw("GET /version HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(rig.raw("GET /version HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example, 403",
        "null, 403",
        "https://localhost.evil.example, 403",
        "http://localhost:1, 403",
        "http://localhost, 200",
        "https://localhost, 200",
    })
    void pageOfAnotherSiteIsRefused(String origin, int status) throws IOException {
        rig.open();

        assertThat(rig.raw("GET /version HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin
                        + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void headThatIsTooLargeIsRefused() throws IOException {
        rig.open();

        assertThat(rig.raw("GET /version HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(rig.raw("GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .contains(" 414 ");
        assertThat(rig.get("/version").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5000", "Content-Length: 99999999999", "Transfer-Encoding: chunked"})
    void bodyThatIsTooLargeIsRefused(String header) throws IOException {
        rig.open();

        assertThat(rig.raw("GET /version HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void garbageIsRefusedAndTheNextRequestServed() throws IOException {
        rig.open();

        rig.raw("\u0000\u0001 not http\r\n\r\n");

        assertThat(rig.get("/version").status()).isEqualTo(200);
    }

    @Test
    void portThatIsTakenIsAnotherIfNobodyAskedForItAndNoMeterIsThereTwice() throws IOException {
        Logger registrations = (Logger) LoggerFactory.getLogger(MeterRegistry.class);
        ListAppender<ILoggingEvent> twice = new ListAppender<>();
        twice.start();
        registrations.addAppender(twice);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            OperationsPort other = Await.of(OperationsPort.open(
                    OpsRig.config(null, null), taken.getLocalPort(), rig.view(), ConnectionGuard.Limits.DEFAULT));

            assertThat(other.port()).isNotZero().isNotEqualTo(taken.getLocalPort());
            Await.of(other.rehearse());
            Await.of(other.close());
            assertThat(twice.list).isEmpty();
        } finally {
            registrations.detachAppender(twice);
        }
    }

    @Test
    void portThatWasAskedForAndIsTakenIsToldInOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            HttpConfig config = new HttpConfig("127.0.0.1", taken.getLocalPort(), List.of(), null, null, null);

            assertThatThrownBy(() -> Await.of(OperationsPort.open(config, rig.view())))
                    .hasRootCauseInstanceOf(ConfigException.class)
                    .hasStackTraceContaining(
                            "http.port = " + taken.getLocalPort() + ": cannot listen on http.host = 127.0.0.1: ");
        }
    }
}
