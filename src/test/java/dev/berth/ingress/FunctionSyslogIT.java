package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.RunnerService;
import dev.berth.config.RunnerConfig;
import dev.berth.conformance.Rule;
import dev.berth.logs.SyslogServer;
import dev.berth.proto.CallFinished;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What functions print, from a real function to a syslog server, through a whole runner that keeps nothing. */
@Timeout(120)
final class FunctionSyslogIT {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private RunnerService runner;
    private EngageClient client;

    private void start(String engine, Map<String, String> more) {
        Map<String, String> env = new HashMap<>(Map.of(
                "BERTH_GRPC_HOST", "127.0.0.1",
                "BERTH_GRPC_PORT", "0",
                "BERTH_NODE_EVENT_LOOPS", "2",
                "BERTH_NODE_REHEARSAL_CALLS", "0",
                "BERTH_ENGINE_KIND", engine,
                "BERTH_ENGINE_CATALOGUE",
                        Path.of("src/examples").toAbsolutePath().toString(),
                "BERTH_WORKER_SOCKET_ROOT", folder.toString(),
                "BERTH_WORKER_START_TIMEOUT", "60s"));
        env.putAll(more);
        runner = Await.of(RunnerService.start(RunnerConfig.load(null, env::get), "test"));
        client = new EngageClient(vertx, runner.port());
    }

    @AfterEach
    void stop() {
        client.close();
        Await.of(runner.drain());
        Await.of(vertx.close());
    }

    private EngageCall.Result call(String image, String format, String program, String url) {
        String model =
                ("{\"id\":\"%s\",\"image\":\"berth/%s\",\"app_id\":\"app-1\",\"fn_id\":\"fn-1\",\"path\":\"/route\","
                                + "\"format\":\"%s\",\"config\":{\"FN_FORMAT\":\"%s\"},\"timeout\":60,\"idle_timeout\":30,"
                                + "\"memory\":128,\"syslog_url\":\"%s\",\"method\":\"POST\",\"url\":\"http://lb/r/app/fn\","
                                + "\"headers\":{\"X-Do\":[\"%s\"],\"Content-Type\":[\"application/json\"]}}")
                        .formatted(UUID.randomUUID(), image, format, format, url, program);
        return client.engage().tryCall(model).data("{}", true).result();
    }

    private EngageCall.Result call(String program, String url) {
        return call("test-fn", "http-stream", program, url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "tcp+tls"})
    @Rule("syslog-process")
    void serverGetsBothStreamsOfAProcess(String transport) throws Exception {
        SyslogServer.Identity identity = SyslogServer.Identity.in(folder);
        start(
                "process",
                Map.of("BERTH_LOGS_SYSLOG_AUTHORITY", identity.certificate().toString()));
        try (SyslogServer server = switch (transport) {
            case "udp" -> SyslogServer.udp();
            case "tcp" -> SyslogServer.tcp();
            default -> SyslogServer.tls(identity.certificate(), identity.key());
        }) {
            assertThat(call("read; stdout hello; send ok", server.url()).body()).isEqualTo("ok");
            assertThat(server.next()).matches("<14>1 \\S+Z \\S+ app_id=app-1,fn_id=fn-1 \\d+ \\S+ - hello");
            assertThat(call("read; stderr bye; send ok", server.url()).body()).isEqualTo("ok");
            assertThat(server.next()).matches("<11>1 \\S+Z \\S+ app_id=app-1,fn_id=fn-1 \\d+ \\S+ - bye");

            Await.of(runner.drain());
            server.untilDeserted();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "process, default",
        "process, http",
        "process, json",
        "process, cloudevent",
        "docker, default",
        "docker, http",
        "docker, json",
        "docker, cloudevent"
    })
    @Rule("old-syslog")
    void serverGetsStderrOfLegacyFormatsAndNoAnswers(String engine, String format) throws Exception {
        start(engine, Map.of());
        try (SyslogServer server = SyslogServer.tcp()) {
            EngageCall.Result result =
                    call("old-formats", format, "type text/plain; stderr bye; send answer", server.url());

            assertThat(result.body()).as(result.finished().getErrorStr()).isEqualTo("answer");
            assertThat(server.next())
                    .matches("<11>2 \\S+Z fn - - - - call_id=[0-9a-f-]{36} func_name=/route app_id=app-1 bye");
            Await.of(runner.drain());
            server.untilDeserted();
            assertThat(server.unread()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "process, test-fn, http-stream",
        "process, old-formats, default",
        "process, old-formats, json",
        "docker, old-formats, http"
    })
    void absentServerIsTheFunctionsFaultAndANonsensicalOneTheCallers(String engine, String image, String format) {
        start(engine, Map.of());

        CallFinished absent =
                call(image, format, "send ok", SyslogServer.nobody()).finished();

        assertThat(absent.getErrorCode()).isEqualTo(500);
        assertThat(absent.getErrorStr()).isEqualTo("Syslog Unavailable");
        assertThat(absent.getErrorUser()).isTrue();

        CallFinished none = call(image, format, "send ok", "nonsense").finished();

        assertThat(none.getErrorCode()).isEqualTo(400);
        assertThat(none.getErrorStr()).startsWith("Invalid syslog_url: 'nonsense' is not an address");
        assertThat(none.getErrorUser()).isFalse();
    }

    @Test
    @Rule("syslog-limit")
    void floodOfACallIsCutAtItsLimit() throws Exception {
        start("process", Map.of("FN_MAX_LOG_SIZE_BYTES", "6400"));
        try (SyslogServer server = SyslogServer.tcp()) {
            assertThat(call("read; flood stdout 1000000; send ok", server.url()).body())
                    .isEqualTo("ok");
            for (int i = 0; i < 100; i++) {
                server.next();
            }
            assertThat(server.next()).endsWith(" - -----max log size 6400 bytes exceeded, truncating log-----");

            assertThat(call("read; stdout again; send ok", server.url()).body()).isEqualTo("ok");
            assertThat(server.next()).endsWith(" - again");
        }
    }

    /** The server reads nothing while the function floods it with far more than all buffers between them hold. */
    @Test
    void slowServerDoesNotHoldUpTheFunction() throws Exception {
        start("process", Map.of("BERTH_CALL_MAX_LOG", "1GiB"));
        try (SyslogServer server = SyslogServer.thatReadsNothing()) {
            assertThat(call("read; flood stderr " + (32 << 20) + "; send ok", server.url())
                            .body())
                    .isEqualTo("ok");

            server.read();
            String message = server.next();
            while (!message.contains("-----syslog server slow or lost, ")) {
                message = server.next();
            }
        }
    }
}
