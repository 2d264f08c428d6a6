package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.RunnerService;
import dev.berth.cli.RunnerJar;
import dev.berth.config.RunnerConfig;
import dev.berth.conformance.Rule;
import dev.berth.trace.TraceCollector;
import dev.berth.trace.TraceCollector.Seen;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces of a whole runner, and of the fat jar. */
final class TracesIT {
    private static final String OPEN_TELEMETRY = "io.opentelemetry.";
    private static final String MODEL =
            "{\"id\":\"call-1\",\"image\":\"berth/test-fn\",\"app_id\":\"app-1\",\"fn_id\":\"fn-1\",\"timeout\":60,"
                    + "\"idle_timeout\":30,\"memory\":128,\"headers\":{\"X-Do\":[\"read; send ok\"]}}";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final TraceCollector collector = new TraceCollector(vertx);

    @AfterEach
    void stop() {
        collector.close();
        Await.of(vertx.close());
    }

    @Test
    @Rule("trace-otlp")
    @Rule("trace-zipkin")
    @Rule("trace-cold")
    @Rule("trace-stop")
    void runnerThatStopsHasToldBothCollectorsOfItsCalls() throws Exception {
        Map<String, String> env = Map.of(
                "BERTH_GRPC_HOST", "127.0.0.1",
                "BERTH_GRPC_PORT", "0",
                "BERTH_NODE_REHEARSAL_CALLS", "20",
                "BERTH_ENGINE_KIND", "process",
                "BERTH_ENGINE_CATALOGUE",
                        Path.of("src/examples").toAbsolutePath().toString(),
                "BERTH_WORKER_SOCKET_ROOT", folder.toString(),
                "BERTH_WORKER_START_TIMEOUT", "60s",
                "BERTH_TRACING_OTLP_URL", collector.url(),
                "FN_ZIPKIN_URL", collector.url(),
                "BERTH_TRACING_SERVICE", "berth-7");
        RunnerService runner = Await.of(RunnerService.start(RunnerConfig.load(null, env::get), "test"));
        EngageClient client = new EngageClient(vertx, runner.port());

        EngageCall.Result result = client.engage("fn_request_id", "rid-7")
                .tryCall(MODEL)
                .data("", true)
                .result();
        client.close();
        Await.of(runner.drain());

        assertThat(result.body()).isEqualTo("ok");
        assertThat(collector.deliveries).containsOnly("/v1/traces", "/api/v2/spans");
        assertThat(collector.spans).hasSize(8).allMatch(span -> span.service().equals("berth-7"));
        assertThat(collector.spans.stream().map(Seen::id).distinct()).hasSize(4);
        assertThat(collector.spans.stream().filter(span -> span.name().equals("agent_get_slot")))
                .hasSize(2)
                .allSatisfy(span -> assertThat(span.tags()).containsKeys("container.create_ns", "container.init_ns"));
        assertThat(collector.spans.stream().filter(span -> span.name().equals("agent_submit")))
                .hasSize(2)
                .allSatisfy(span -> assertThat(span.tags()).containsEntry("fn.rid", "rid-7"));
        assertNothingLeft();
    }

    /** It makes one call, of a function that is not there. */
    @Test
    @Rule("trace-otlp")
    void fatJarTellsItsCollector() throws Exception {
        List<String> classes = rehearse("--set", "tracing.otlpUrl=" + collector.url());

        assertThat(classes).anyMatch(line -> line.contains(OPEN_TELEMETRY));
        assertThat(collector.deliveries).isNotEmpty().containsOnly("/v1/traces");
        assertThat(collector.spans)
                .extracting(Seen::name)
                .containsExactlyInAnyOrder("RunnerProtocol.Engage", "agent_submit", "agent_get_slot");
        assertThat(collector.spans).allSatisfy(span -> assertThat(span.tags()).containsKeys("error", "fn.error_code"));
        assertNothingLeft();
    }

    @Test
    @Rule("trace-off")
    void fatJarLoadsNothingOfOpenTelemetryUnlessItTraces() throws Exception {
        List<String> classes = rehearse();

        assertThat(classes).anyMatch(line -> line.contains("dev.berth.trace.CallTrace "));
        assertThat(classes).noneMatch(line -> line.contains(OPEN_TELEMETRY));
        assertThat(classes).noneMatch(line -> line.contains("java.net.http."));
        assertNothingLeft();
    }

    @Test
    @Rule("trace-stop")
    void collectorThatIsNotThereDoesNotHoldUpTheStop() throws Exception {
        String url = collector.url();
        collector.close();

        rehearse("--set", "tracing.otlpUrl=" + url, "--set", "tracing.zipkinUrl=" + url);

        assertThat(Files.readString(folder.resolve("err")))
                .contains("traces are lost: the collector does not take them", "reason=\"no connection\"")
                .doesNotContain("Exception");
        assertNothingLeft();
    }

    /** Starts the jar, lets it make its call, waits until it has stopped; the result is its log of loaded classes. */
    private List<String> rehearse(String... options) throws Exception {
        Path loaded = folder.resolve("classes");
        List<String> command = RunnerJar.command("-Xlog:class+load:file=" + loaded);
        command.addAll(List.of(
                "run",
                "--rehearse",
                "--engine",
                "process",
                "--port",
                "0",
                "--set",
                "node.rehearsalCalls=20",
                "--set",
                "grpc.host=127.0.0.1",
                "--set",
                "worker.socketRoot=" + Files.createDirectories(folder.resolve("sockets"))));
        command.addAll(List.of(options));
        Process runner = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("err").toFile())
                .start();
        try {
            assertThat(runner.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(runner.exitValue()).isZero();
        } finally {
            runner.destroyForcibly();
        }
        return Files.readAllLines(loaded);
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left.map(Path::toString)).noneMatch(path -> path.endsWith(".sock"));
        }
    }
}
