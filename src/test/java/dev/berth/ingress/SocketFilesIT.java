package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.RunnerService;
import dev.berth.config.ConfigLoader;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.proto.CallFinished;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The runner's files, tried as another user of the machine, as a function, and as a full disk would. Needs berth/test-fn. */
final class SocketFilesIT {
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    private final Vertx vertx = Vertx.vertx();
    private Path root;
    private RunnerService runner;
    private EngageClient client;

    @BeforeEach
    void makeRoot() throws Exception {
        root = Files.createTempDirectory("berth-files-it");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void stop() throws Exception {
        if (runner != null) {
            client.close();
            Await.of(runner.drain());
            assertThat(containers()).isEmpty();
        }
        Await.of(vertx.close());
        assertThat(mounts()).doesNotContain(root + "/");
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
        if (mounts().contains(root.toString())) {
            run("umount", root.toString());
        }
        Files.delete(root);
    }

    private void start(String... settings) {
        Map<String, String> options = new HashMap<>(Map.of(
                "engine.kind", "docker",
                "grpc.host", "127.0.0.1",
                "grpc.port", "0",
                "node.rehearsalCalls", "0",
                "worker.socketRoot", root.toString(),
                "worker.startTimeout", "20s",
                "worker.freezeIdle", "never",
                "worker.keepAlive", "0s"));
        for (int i = 0; i < settings.length; i += 2) {
            options.put(settings[i], settings[i + 1]);
        }
        runner = Await.of(
                RunnerService.start(ConfigLoader.load(null, Map.of(), options).config(), "test"));
        client = new EngageClient(vertx, runner.port());
    }

    private EngageCall.Result call(String function, String program) {
        String model = """
                {"id":"%s","app_id":"app","fn_id":"%s","image":"berth/test-fn","format":"http-stream","timeout":30,
                "idle_timeout":30,"memory":128,"method":"POST","url":"http://lb/invoke/fn","config":{"NAME":"%s"},
                "headers":{"X-Do":["%s"]}}
                """.formatted(UUID.randomUUID(), function, function, program);
        return client.engage().tryCall(model).data("", true).result();
    }

    private void answers(String function) {
        EngageCall.Result result = call(function, "read; send hello");
        assertThat(result.finished().getSuccess())
                .as(result.finished().getErrorStr())
                .isTrue();
        assertThat(result.body()).isEqualTo("hello");
    }

    private void isTheRunnersFault(EngageCall.Result result) {
        CallFinished finished = result.finished();
        assertThat(finished.getErrorCode()).as(finished.getErrorStr()).isEqualTo(ErrorCode.SOCKET_DIRECTORY.wire());
        assertThat(finished.getErrorUser()).isFalse();
    }

    private static String mounts() throws Exception {
        return Files.readString(Path.of("/proc/self/mounts"));
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private String containers(String... filter) throws Exception {
        String owner = InetAddress.getLocalHost().getHostName() + ":" + root;
        List<String> command =
                new ArrayList<>(List.of("docker", "ps", "-aq", "--filter", "label=dev.berth.owner=" + owner));
        command.addAll(List.of(filter));
        return run(command.toArray(String[]::new));
    }

    private Path instance() throws Exception {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith("berth-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private List<Path> folders() throws Exception {
        try (Stream<Path> entries = Files.list(instance())) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private void untilNothingIsLeft() throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(Await.LIMIT_SECONDS);
        while (!folders().isEmpty()
                || !containers("--filter", "label=dev.berth.role=function").isEmpty()) {
            assertThat(System.nanoTime()).as("left: %s", folders()).isLessThan(limit);
            Await.of(vertx.timer(50));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "off"})
    @Rule("container-private")
    void anotherUserSeesNothingOfWhatTheRunnerMakes(String tmpfs) throws Exception {
        start("worker.socketTmpfs", tmpfs);
        answers("private");

        assertThat(folders()).hasSize(1);
        Path agreed = folders().get(0).resolve("fn/lsnr.sock");
        assertThat(Files.exists(agreed)).isTrue();
        List<String> look = new ArrayList<>(AS_NOBODY);
        look.addAll(List.of("find", root.toString()));
        Process nobody = new ProcessBuilder(look)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String seen = new String(nobody.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        nobody.waitFor();
        assertThat(seen.lines())
                .containsExactlyInAnyOrder(root.toString(), instance().toString());
        for (String attempt : List.of("rm -f " + agreed, "mv " + instance() + " " + root + "/x", "cat " + agreed)) {
            List<String> command = new ArrayList<>(AS_NOBODY);
            command.addAll(List.of("sh", "-c", attempt));
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
        assertThat(Files.exists(agreed)).isTrue();
        answers("private");
    }

    @Test
    @Rule("container-own-disk")
    void aFunctionThatFillsItsFolderHarmsItselfOnly() throws Exception {
        start();
        EngageCall.Result full = call("greedy", "read; write /tmp/iofs/big 5000000; report");
        assertThat(full.body()).contains("ENOSPC");

        answers("modest");
        assertThat(mounts()).contains(instance() + "/", "nosuid,nodev,noexec");
    }

    @ParameterizedTest
    @CsvSource({"3, off", "4, off", "5, off", "3, on"})
    @Rule("container-full-disk")
    void aFullSocketRootIsTheRunnersFaultAndLeavesNothing(int inodes, String tmpfs) throws Exception {
        run("mount", "-t", "tmpfs", "-o", "mode=755,nr_inodes=" + (inodes + 10), "berth-it", root.toString());
        start("worker.socketTmpfs", tmpfs);
        run("mount", "-o", "remount,nr_inodes=" + inodes, root.toString());

        isTheRunnersFault(call("unlucky", "read; send hello"));
        untilNothingIsLeft();

        run("mount", "-o", "remount,nr_inodes=100", root.toString());
        answers("unlucky");
    }

    @Test
    void aSocketRootThatTakesNothingIsTheRunnersFaultAndLeavesNothing() throws Exception {
        start();
        run("chattr", "+i", instance().toString());
        try {
            isTheRunnersFault(call("unlucky", "read; send hello"));
            untilNothingIsLeft();
        } finally {
            run("chattr", "-i", instance().toString());
        }
        answers("unlucky");
    }

    @Test
    void whatAFunctionPutsInPlaceOfItsSocketIsNotConnectedTo() throws Exception {
        start();
        answers("swapper");
        Path foreign = root.resolve("foreign.sock");
        Path shown = folders().get(0).resolve("fn");
        try (ServerSocketChannel engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            engine.bind(UnixDomainSocketAddress.of(foreign));
            engine.configureBlocking(false);
            for (String target : List.of(foreign.toString(), "../../../foreign.sock", "phonylsnr.sock")) {
                Files.deleteIfExists(shown.resolve("phonylsnr.sock"));
                Files.deleteIfExists(shown.resolve("lsnr.sock"));
                Files.createSymbolicLink(shown.resolve("phonylsnr.sock"), foreign);
                Files.createSymbolicLink(shown.resolve("lsnr.sock"), Path.of(target));

                answers("swapper");
                assertThat(engine.accept()).isNull();
            }
        } finally {
            Files.deleteIfExists(foreign);
        }
    }
}
