package dev.berth.ingress;

import static dev.berth.ingress.LogCollector.ACK;
import static dev.berth.ingress.LogCollector.READY;
import static dev.berth.ingress.LogCollector.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.RunnerService;
import dev.berth.config.RunnerConfig;
import dev.berth.conformance.Rule;
import dev.berth.proto.CallFinished;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What functions print, from a real function to a collector, through a whole runner. */
@Timeout(120)
final class FunctionLogsIT {
    private static final int BUFFER = 256 * 1024;
    private static final Pattern DROPPED = Pattern.compile("// STDERR -----log buffer full, (\\d+) lines dropped-----");

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
                "BERTH_WORKER_START_TIMEOUT", "60s",
                "BERTH_LOGS_STREAM", "true",
                "BERTH_LOGS_BUFFER", Integer.toString(BUFFER)));
        env.putAll(more);
        runner = Await.of(RunnerService.start(RunnerConfig.load(null, env::get), "test"));
        client = new EngageClient(vertx, runner.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        Await.of(runner.drain());
        Await.of(vertx.close());
        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left.map(Path::toString)).noneMatch(path -> path.endsWith(".sock"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "docker"})
    void linesOfACallReachTheCollector(String engine) {
        start(engine, Map.of());
        LogCollector collector = LogCollector.started(client);

        assertThat(call("call-1", "read; stdout hello; stderr bye; send ok").body())
                .isEqualTo("ok");

        List<String> lines = new ArrayList<>();
        while (lines.size() < 2) {
            lines.addAll(texts(collector.say(READY).batch()));
            collector.say(ACK);
        }
        assertThat(lines).containsExactlyInAnyOrder("app-1/fn-1/call-1 STDOUT hello", "app-1/fn-1/call-1 STDERR bye");
        collector.stream.halfClose().result();
    }

    @Test
    void lastOutputOfAFunctionThatEndsAreKept() {
        start("process", Map.of());
        LogCollector collector = LogCollector.started(client).say(READY);

        call("call-1", "read; stderr panic; exit 3");

        assertThat(texts(collector.batch())).containsExactly("app-1/fn-1/call-1 STDERR panic");
        collector.stream.cancel();
    }

    @Test
    void floodOfACallIsCutAtItsLimit() {
        start("process", Map.of("FN_MAX_LOG_SIZE_BYTES", "6400"));

        assertThat(call("call-1", "read; flood stdout 1000000; send ok").body()).isEqualTo("ok");

        List<String> lines = collectUntil("exceeded, truncating log");
        assertThat(lines).hasSize(101);
        assertThat(lines.get(100)).endsWith("-----max log size 6400 bytes exceeded, truncating log-----");
    }

    /** The collector takes one batch and then nothing for as long as the flood lasts. */
    @Test
    void slowCollectorNeitherHoldsUpTheFunctionNorCostsMoreThanTheBuffer() {
        int flood = 8 << 20;
        start("process", Map.of("BERTH_CALL_MAX_LOG", "1GiB"));
        LogCollector slow = LogCollector.started(client).say(READY);
        call("call-1", "read; stdout first; send ok");
        assertThat(texts(slow.batch())).containsExactly("app-1/fn-1/call-1 STDOUT first");

        assertThat(call("call-2", "read; flood stderr " + flood + "; stderr last; send ok")
                        .body())
                .isEqualTo("ok");
        slow.stream.cancel();

        List<String> lines = collectUntil("STDERR last");
        assertThat(lines.get(0)).isEqualTo("app-1/fn-1/call-1 STDOUT first");
        int kept = 0;
        long dropped = 0;
        for (String line : lines) {
            Matcher notice = DROPPED.matcher(line);
            if (notice.matches()) {
                dropped += Long.parseLong(notice.group(1));
            } else if (line.startsWith("app-1/fn-1/call-2")) {
                kept++;
            }
        }
        assertThat(dropped + kept).isEqualTo(flood / 64 + 1);
        assertThat(kept * 64).isLessThan(BUFFER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "docker"})
    @Rule("syslog-unavailable")
    void unreachableSyslogServerIsTheFunctionsFault(String engine) throws IOException {
        start(engine, Map.of());
        String url;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "tcp://127.0.0.1:" + closed.getLocalPort();
        }

        CallFinished finished = call("call-1", "send ok", url).finished();

        assertThat(finished.getErrorCode()).isEqualTo(500);
        assertThat(finished.getErrorStr()).isEqualTo("Syslog Unavailable");
        assertThat(finished.getErrorUser()).isTrue();
    }

    @Test
    @Rule("syslog-engine")
    void syslogServerGetsTheLinesWithTheirTagAndSoDoesTheCollector() throws IOException {
        start("docker", Map.of());
        LogCollector collector = LogCollector.started(client).say(READY);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            String url = "tcp://127.0.0.1:" + server.getLocalPort();

            assertThat(call("call-1", "read; stdout hello; send ok", url).body())
                    .isEqualTo("ok");

            try (Socket engine = server.accept()) {
                engine.setSoTimeout(20_000);
                String line = new BufferedReader(new InputStreamReader(engine.getInputStream(), StandardCharsets.UTF_8))
                        .readLine();
                assertThat(line).matches("<14>1 .* app_id=app-1,fn_id=fn-1 .* hello\\s*");
            }
        }
        assertThat(texts(collector.batch())).containsExactly("app-1/fn-1/call-1 STDOUT hello");
        collector.stream.cancel();
    }

    private List<String> collectUntil(String end) {
        LogCollector collector = LogCollector.started(client);
        List<String> lines = new ArrayList<>();
        while (lines.stream().noneMatch(line -> line.contains(end))) {
            lines.addAll(texts(collector.say(READY).batch()));
            collector.say(ACK);
        }
        collector.stream.halfClose().result();
        return lines;
    }

    private EngageCall.Result call(String id, String program) {
        return call(id, program, "");
    }

    private EngageCall.Result call(String id, String program, String syslogUrl) {
        String model =
                ("{\"id\":\"%s\",\"image\":\"berth/test-fn\",\"app_id\":\"app-1\",\"fn_id\":\"fn-1\",\"timeout\":60,"
                                + "\"idle_timeout\":30,\"memory\":128,\"syslog_url\":\"%s\",\"headers\":{\"X-Do\":[\"%s\"]}}")
                        .formatted(id, syslogUrl, program);
        return client.engage().tryCall(model).data("", true).result();
    }
}
