package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.TryCall;
import dev.berth.stopping.OneRunner;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A function on the official Node.js FDK that takes 16 calls at once, on processes and on Docker. */
@Timeout(180)
final class ConcurrencyIT {
    private static final int CALLS = 16;
    private static final int MEMORY_MIB = 128;
    private static final String IMAGE = "berth-it/crowd";
    private static final int STOP_SECONDS = 60;
    private static final Duration MEASURED = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
    }

    private OneRunner runner(String engine) throws Exception {
        String program = Files.readString(Path.of("src/test/resources/functions/crowd.js"));
        Path function = Files.createDirectories(folder.resolve("functions/crowd"));
        Files.writeString(function.resolve("func.js"), program);
        if (engine.equals("docker")) {
            Files.writeString(function.resolve("Dockerfile"), "FROM berth/echo-node\nCOPY func.js /function/func.js\n");
            docker("build", "-q", "-t", IMAGE, function.toString());
        } else {
            Files.writeString(function.resolve("func.yaml"), "cmd: [\"node\", \"func.js\"]\n");
            Path modules = Path.of("src/examples/echo-node/node_modules").toAbsolutePath();
            Files.createSymbolicLink(function.resolve("node_modules"), modules);
        }
        return OneRunner.start(
                folder,
                folder.resolve("s"),
                "engine.kind=" + engine,
                "engine.catalogue=" + folder.resolve("functions"),
                "log.level=debug",
                "registry.maxMemory=3GiB");
    }

    private static void docker(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(0, "docker");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private void end(OneRunner runner, EngageClient client, String engine) throws Exception {
        client.close();
        runner.signal("TERM");
        assertThat(runner.exitCode(STOP_SECONDS)).isZero();
        runner.assertNothingLeft();
        if (engine.equals("docker")) {
            assertThat(runner.containers()).as("containers left").isEmpty();
            docker("image", "rm", "-f", IMAGE);
        }
    }

    private static EngageCall call(EngageClient client, String engine, int concurrency, int seconds, JsonObject body) {
        JsonObject model = new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("app_id", "app")
                .put("fn_id", "crowd")
                .put("image", engine.equals("docker") ? IMAGE : "crowd")
                .put("timeout", seconds)
                .put("idle_timeout", 60)
                .put("memory", MEMORY_MIB)
                .put("headers", new JsonObject().put("Content-Type", List.of("application/json")))
                .put("annotations", new JsonObject().put("dev.berth/concurrency", concurrency));
        // A balancer's key: else calls that may take longer would have containers of their own.
        TryCall.Builder call = TryCall.newBuilder()
                .setModelsCallJson(model.encode())
                .setSlotHashId(ByteString.copyFromUtf8(concurrency == 1 ? "c001" : "c010"));
        return client.engage().tryCall(call).data(body.encode(), true).halfClose();
    }

    private static List<EngageCall> crowd(EngageClient client, String engine, int size, int calls, JsonObject more) {
        List<EngageCall> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            all.add(call(
                    client,
                    engine,
                    CALLS,
                    60,
                    new JsonObject().put("crowd", size).mergeIn(more)));
        }
        return all;
    }

    private static String pid(EngageCall call) {
        EngageCall.Result result = call.result();
        assertThat(result.finished().getSuccess())
                .as(result.finished().toString())
                .isTrue();
        return new JsonObject(result.body()).getValue("pid").toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "docker"})
    void allAreInsideAtOnceAndACrashEndsEachOfThem(String engine) throws Exception {
        try (OneRunner runner = runner(engine)) {
            EngageClient client = runner.connect(vertx);
            List<EngageCall> together = crowd(client, engine, CALLS, CALLS, new JsonObject());
            assertThat(together.stream().map(ConcurrencyIT::pid).distinct()).hasSize(1);
            assertThat(runner.linesWith("container launched")).isEqualTo(1);

            // Frozen meanwhile, as nothing runs in it; then all come again, and the last one of them ends the process.
            runner.awaitStatus(client, "frozen", ConcurrencyIT::isFrozen);
            List<EngageCall> doomed = crowd(client, engine, CALLS, CALLS - 1, new JsonObject());
            runner.awaitStatus(
                    client,
                    "all but one inside",
                    status -> status.getNode().getSlots(0).getCalls() == CALLS - 1);
            doomed.addAll(crowd(client, engine, CALLS, 1, new JsonObject().put("exit", 7)));
            // Those before it may be answered in the moment before the process ends; none has been run again.
            long ended = doomed.stream()
                    .map(EngageCall::result)
                    .filter(result -> !result.finished().getSuccess())
                    .peek(result -> assertThat(result.finished().getErrorStr()).contains("exit code 7"))
                    .count();
            System.out.println(engine + ": calls that ended with their container: " + ended);
            assertThat(ended).isPositive();
            assertThat(runner.linesWith("container launched")).isEqualTo(1);

            assertThat(pid(call(client, engine, CALLS, 60, new JsonObject()))).isNotEmpty();
            assertThat(runner.linesWith("container launched")).isEqualTo(2);
            end(runner, client, engine);
        }
    }

    private static boolean isFrozen(RunnerStatus status) {
        return status.getNode().getSlotsCount() == 1
                && status.getNode().getSlots(0).getIdle() == 1;
    }

    @ParameterizedTest
    @ValueSource(strings = "process")
    void oneThatTakesTooLongLeavesTheOthersToGoOn(String engine) throws Exception {
        try (OneRunner runner = runner(engine)) {
            EngageClient client = runner.connect(vertx);
            String before = pid(call(client, engine, CALLS, 60, new JsonObject()));
            EngageCall slow = call(client, engine, CALLS, 1, new JsonObject().put("sleep", 60_000));
            EngageCall other = call(client, engine, CALLS, 60, new JsonObject().put("sleep", 3_000));
            assertThat(slow.result().finished().getErrorCode()).isEqualTo(504);
            // Its caller may hear of it a moment before its container does.
            runner.awaitStatus(
                    client,
                    "takes no further call",
                    status -> status.getNode().getSlotsList().stream().allMatch(slot -> slot.getBusy() == 0));
            assertThat(pid(call(client, engine, CALLS, 60, new JsonObject()))).isNotEqualTo(before);
            assertThat(pid(other)).isEqualTo(before);
            end(runner, client, engine);
        }
    }

    /** How fast it is is printed, and told in slots.md: a comparison of times is no test on a machine that others use. */
    @ParameterizedTest
    @ValueSource(strings = "docker")
    void sixteenInOneTakeLessMemoryThanSixteenApart(String engine) throws Exception {
        try (OneRunner runner = runner(engine)) {
            EngageClient client = runner.connect(vertx);
            long one = load(runner, client, engine, CALLS);
            long many = load(runner, client, engine, 1) - one;

            assertThat(8 * one).isLessThanOrEqualTo(many);
            end(runner, client, engine);
        }
    }

    /** So many callers, one call after the other. Returns the bytes that the node's containers take. */
    private static long load(OneRunner runner, EngageClient client, String engine, int concurrency) {
        List<EngageCall> warm = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            warm.add(call(client, engine, concurrency, 60, new JsonObject().put("sleep", 5_000)));
        }
        warm.forEach(ConcurrencyIT::pid);
        calls(client, engine, concurrency);
        int calls = calls(client, engine, concurrency);
        long bytes = runner.status(client).getNode().getMemoryUsedBytes();
        System.out.println(
                concurrency + " at once: " + calls / MEASURED.toSeconds() + " calls/s, " + (bytes >> 20) + " MiB");
        return bytes;
    }

    private static int calls(EngageClient client, String engine, int concurrency) {
        long end = System.nanoTime() + MEASURED.toNanos();
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            callers.add(CompletableFuture.supplyAsync(
                    () -> {
                        int calls = 0;
                        while (System.nanoTime() < end) {
                            pid(call(client, engine, concurrency, 60, new JsonObject().put("sleep", 50)));
                            calls++;
                        }
                        return calls;
                    },
                    task -> new Thread(task).start()));
        }
        return callers.stream().mapToInt(CompletableFuture::join).sum();
    }
}
