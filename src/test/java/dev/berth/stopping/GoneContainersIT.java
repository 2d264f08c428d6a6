package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.CallFinished;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls to containers on Docker that have gone since the last call, by somebody's hand or by themselves. */
@Timeout(240)
final class GoneContainersIT {
    private static final int ROUNDS = 12;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.of(vertx.close());
    }

    private OneRunner runner(String freezeIdle) throws Exception {
        return OneRunner.start(
                folder,
                folder.resolve("s"),
                "engine.kind=docker",
                "worker.freezeIdle=" + freezeIdle,
                "node.drainTimeout=20s");
    }

    private static CallFinished call(EngageClient client, String program) {
        return call(client, UUID.randomUUID().toString(), program);
    }

    private static CallFinished call(EngageClient client, String id, String program) {
        JsonObject model = new JsonObject()
                .put("id", id)
                .put("image", "berth/test-fn")
                .put("timeout", 60)
                .put("idle_timeout", 120)
                .put("memory", 64)
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(program)));
        EngageCall.Result result =
                client.engage().tryCall(model.encode()).data("body", true).result();
        assertThat(result.status()).isEqualTo("0");
        return result.finished();
    }

    /** Whether the engine or the call was quicker cannot be told. */
    private static void assertColdBecause(OneRunner runner, String id, List<String> reasons) throws Exception {
        JsonObject told = runner.why(id);
        assertThat(told.getJsonObject("cold").getString("reason"))
                .as(told.encode())
                .isIn(reasons);
    }

    private static void assertStops(OneRunner runner) throws Exception {
        runner.signal("TERM");
        assertThat(runner.exitCode(25)).isZero();
        assertThat(runner.containers()).isEmpty();
        runner.assertNothingLeft();
    }

    private static void remove(List<String> containers) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker", "rm", "-f"));
        command.addAll(containers);
        Process removal = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = removal.inputReader().lines().collect(Collectors.joining("\n"));
        assertThat(removal.waitFor()).as(said).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"never", "0"})
    @Rule("container-vanished")
    void aContainerThatIsRemovedByHandCostsNoCall(String freezeIdle) throws Exception {
        try (OneRunner runner = runner(freezeIdle)) {
            EngageClient client = runner.connect(vertx);
            for (int round = 0; round < ROUNDS; round++) {
                String id = "gone-" + round;
                CallFinished end = call(client, id, "read; send ok");
                assertThat(end.getErrorStr()).isEmpty();
                assertThat(end.getCtrCreateDuration()).as("a new container").isPositive();
                assertColdBecause(runner, id, round == 0 ? List.of("first") : List.of("exited", "slot_lost"));
                assertThat(runner.containers()).hasSize(1);
                remove(runner.containers());
            }
            assertStops(runner);
        }
    }

    /** What is lost is at most the first call that comes while a process of it ends. */
    @ParameterizedTest
    @ValueSource(strings = {"read; send ok; end; exit 0", "read; header Connection=close; send ok; end; exit 0"})
    void aFunctionThatExitsAfterEachAnswerIsCalledInARow(String program) throws Exception {
        try (OneRunner runner = runner("never")) {
            EngageClient client = runner.connect(vertx);
            CallFinished end = call(client, program);
            assertThat(end.getErrorStr()).isEmpty();
            runner.until("container has gone", () -> containers(runner).isEmpty());

            for (int round = 0; round < ROUNDS; round++) {
                end = call(client, program);
                assertThat(end.getErrorStr()).isEmpty();
                assertThat(end.getCtrCreateDuration()).as("a new container").isPositive();
            }
            assertStops(runner);
        }
    }

    private static List<String> containers(OneRunner runner) {
        try {
            return runner.containers();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
