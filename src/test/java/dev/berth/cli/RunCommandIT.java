package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.notify.FakeSupervisor;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runner as a process of its own, on the process engine. */
final class RunCommandIT {
    private static final Pattern READY =
            Pattern.compile("berth \\S+ listening on 127\\.0\\.0\\.1:(\\d+), engine process");

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    @AfterEach
    void killWhatIsLeft() {
        processes.forEach(Process::destroyForcibly);
    }

    /** Else JVMs of version 24 and newer put four lines of warning before what any command prints. */
    @Test
    void theJarMayLoadItsNativeLibraries() throws IOException {
        try (JarFile jar = new JarFile(RunnerJar.JAR.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
                    .isEqualTo("ALL-UNNAMED");
        }
    }

    @Test
    void runnerTellsWhenItIsReadyAnswersAndStopsInGoodOrder() throws Exception {
        Process runner = start("--port", "0");
        int port = awaitReady(runner);

        CommandRig rig = new CommandRig();
        assertThat(rig.run("status", "127.0.0.1:" + port)).isZero();
        assertThat(rig.out()).contains("functions are not isolated");

        runner.destroy();
        assertThat(exitCode(runner)).isZero();
        try (Stream<Path> left = Files.list(folder.resolve("sockets"))) {
            assertThat(left.filter(Files::isDirectory)).isEmpty();
        }
    }

    @Test
    void supervisorIsToldOfTheStartTheLifeAndTheStop() throws Exception {
        String socket = folder.resolve("notify").toString();
        try (FakeSupervisor systemd = new FakeSupervisor(socket)) {
            environment.put("NOTIFY_SOCKET", socket);
            environment.put("WATCHDOG_USEC", "300000");
            Process runner = start("--port", "0");
            int port = awaitReady(runner);

            assertThat(systemd.next())
                    .containsExactly("READY=1", "STATUS=listening on 127.0.0.1:" + port + ", engine process");
            assertThat(systemd.next()).containsExactly("WATCHDOG=1");
            assertThat(systemd.next()).containsExactly("WATCHDOG=1");
            runner.destroy();
            List<String> message = systemd.next();
            while (message.equals(List.of("WATCHDOG=1"))) {
                message = systemd.next();
            }
            assertThat(message).startsWith("STOPPING=1", "STATUS=draining");
            assertThat(exitCode(runner)).isZero();
        }
    }

    @Test
    void portThatIsTakenIsToldInOneLine() throws Exception {
        Process runner = start("--port", "0");
        int port = awaitReady(runner);

        Process second = start("--port", Integer.toString(port));

        assertThat(exitCode(second)).isEqualTo(1);
        assertThat(errors(second))
                .contains("berth: cannot listen on 127.0.0.1:" + port
                        + " (grpc.host, grpc.port): Address already in use");
    }

    @Test
    void engineThatIsNotThereIsToldInOneLine() throws Exception {
        Process runner = start("--port", "0", "--engine", "docker", "--set", "docker.host=unix:///no/engine");

        assertThat(exitCode(runner)).isEqualTo(1);
        assertThat(errors(runner))
                .anyMatch(line -> line.startsWith("berth: cannot start: container engine at unix:///no/engine"));
    }

    @Test
    void secondSignalEndsAStartThatHangs() throws Exception {
        Path engine = folder.resolve("engine.sock");
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(engine));
            Process runner = start("--port", "0", "--engine", "docker", "--set", "docker.host=unix://" + engine);
            try (SocketChannel asked = silent.accept()) {
                assertThat(asked.isConnected()).isTrue();
                runner.destroy();
                // Two signals that come at once may count as one.
                while (!runner.waitFor(200, TimeUnit.MILLISECONDS)) {
                    runner.destroy();
                }
            }
            assertThat(runner.exitValue()).isEqualTo(1);
            assertThat(errors(runner))
                    .contains("berth: asked to stop again before it had started; the next start here removes what"
                            + " is left");
        }
    }

    @Test
    void aSignalEndsAStartThatHangsSoon() throws Exception {
        Path engine = folder.resolve("engine.sock");
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(engine));
            Process runner = start("--port", "0", "--engine", "docker", "--set", "docker.host=unix://" + engine);
            SocketChannel asks = silent.accept();
            ByteBuffer request = ByteBuffer.allocate(4_096);
            asks.read(request);
            asks.write(ByteBuffer.wrap("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"
                    .getBytes(StandardCharsets.US_ASCII)));
            // The next one comes over a connection of its own, and is left without an answer.
            SocketChannel unanswered = silent.accept();
            assertThat(unanswered.isConnected()).isTrue();
            long asked = System.nanoTime();
            runner.destroy();
            assertThat(exitCode(runner)).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(8));
            assertThat(errors(runner))
                    .contains("berth: asked to stop, and had not started 4 s later; the next start here removes what"
                            + " is left");
        }
    }

    private Process start(String... options) throws IOException {
        Path sockets = Files.createDirectories(folder.resolve("sockets"));
        List<String> command = RunnerJar.command();
        command.addAll(List.of(
                "run",
                "--engine",
                "process",
                "--set",
                "node.rehearsalCalls=0",
                "--set",
                "grpc.host=127.0.0.1",
                "--set",
                "worker.socketRoot=" + sockets));
        if (List.of(options).contains("--engine")) {
            command.removeAll(List.of("--engine", "process"));
        }
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(folder.resolve("err" + processes.size()).toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int awaitReady(Process runner) throws IOException {
        BufferedReader out = runner.inputReader();
        String line = out.readLine();
        Matcher ready = READY.matcher(String.valueOf(line));
        assertThat(ready.matches()).as("readiness: %s", line).isTrue();
        return Integer.parseInt(ready.group(1));
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private List<String> errors(Process process) throws IOException {
        return Files.readAllLines(folder.resolve("err" + processes.indexOf(process)));
    }
}
