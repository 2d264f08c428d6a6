package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageClient;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JVM uses the signal by which a runner hands over, for flight recordings. */
@Timeout(120)
final class RecordingIT {
    private static final String[] SETTINGS = {
        "engine.kind=process", "engine.catalogue=" + Path.of("src/examples").toAbsolutePath(), "http.port=0"
    };

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.of(vertx.close());
    }

    @Test
    void aRecordingIsNoRequestToStop() throws Exception {
        try (OneRunner runner = OneRunner.start(folder, folder.resolve("sockets"), SETTINGS);
                EngageClient client = runner.connect(vertx)) {
            assertThat(recording(runner)).contains("jdk.ExecutionSample");
            assertThat(runner.log()).doesNotContain("draining");
            runner.signal("USR2");
            assertThat(runner.exitCode(25)).isZero();
            runner.assertNothingLeft();
        }
    }

    @Test
    void neitherEndsARunnerWhoseJvmUsesTheSignal() throws Exception {
        try (OneRunner runner = OneRunner.startBare(folder, folder.resolve("sockets"), SETTINGS);
                EngageClient client = runner.connect(vertx)) {
            runner.awaitLine("SIGUSR2 is ignored");
            runner.signal("USR2");
            assertThat(recording(runner)).contains("jdk.CPULoad");
            assertThat(runner.status(client).getActive()).isZero();
            assertThat(runner.log()).doesNotContain("draining");
            runner.signal("TERM");
            assertThat(runner.exitCode(25)).isZero();
            runner.assertNothingLeft();
        }
    }

    /** What kinds of events are recorded while the runner is asked for its status again and again. */
    private List<String> recording(OneRunner runner) throws IOException, InterruptedException {
        Path file = Files.createTempDirectory(folder, "recording").resolve("runner.jfr");
        command(runner, "JFR.start", "name=test", "settings=profile", "filename=" + file);
        try (EngageClient client = runner.connect(vertx)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (System.nanoTime() < end) {
                runner.status(client);
            }
        }
        command(runner, "JFR.stop", "name=test");
        return RecordingFile.readAllEvents(file).stream()
                .map(event -> event.getEventType().getName())
                .distinct()
                .toList();
    }

    private static void command(OneRunner runner, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(runner.pid())));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
