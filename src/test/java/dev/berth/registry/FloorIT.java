package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.SlotSummary;
import dev.berth.stopping.OneRunner;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A function that has two containers kept, on processes and on Docker. */
@Timeout(120)
final class FloorIT {
    private static final int STOP_SECONDS = 60;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({"process,test-fn", "docker,berth/test-fn"})
    void soManyAreThereUntilACallSaysOtherwise(String engine, String image) throws Exception {
        try (OneRunner runner = OneRunner.start(
                folder,
                folder.resolve("s"),
                "engine.kind=" + engine,
                "engine.catalogue=" + Path.of("src/examples").toAbsolutePath(),
                "log.level=debug",
                "registry.maxMemory=1GiB")) {
            EngageClient client = runner.connect(vertx);
            call(client, image, "2", "read; send ok");
            runner.awaitStatus(client, "two are there", status -> is(status, 2, 2));

            // It ends by itself, and not long after two are there again.
            client.engage()
                    .tryCall(model(image, "2", "read; exit 3"))
                    .data("", true)
                    .result();
            runner.awaitStatus(client, "two are there again", status -> is(status, 2, 2));
            long starts = starts(runner);
            assertThat(starts).isGreaterThanOrEqualTo(3);

            call(client, image, "0", "read; send ok");
            runner.awaitStatus(
                    client, "none is left", status -> status.getNode().getSlotsCount() == 0);
            assertThat(starts(runner)).isEqualTo(starts);

            call(client, image, "1", "read; send ok");
            client.close();
            runner.signal("TERM");
            assertThat(runner.exitCode(STOP_SECONDS)).isZero();
            runner.assertNothingLeft();
            assertThat(runner.containers()).as("containers left").isEmpty();
        }
    }

    private static boolean is(RunnerStatus status, int idle, int kept) {
        if (status.getNode().getSlotsCount() != 1) {
            return false;
        }
        SlotSummary slot = status.getNode().getSlots(0);
        return slot.getIdle() == idle && slot.getKept() == kept;
    }

    private static long starts(OneRunner runner) {
        return runner.linesWith("container launched");
    }

    private static void call(EngageClient client, String image, String kept, String script) {
        assertThat(client.engage()
                        .tryCall(model(image, kept, script))
                        .data("", true)
                        .result()
                        .body())
                .isEqualTo("ok");
    }

    private static String model(String image, String kept, String script) {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("app_id", "app")
                .put("fn_id", "kept")
                .put("image", image)
                .put("timeout", 60)
                .put("idle_timeout", 1)
                .put("memory", 64)
                .put("annotations", new JsonObject().put("dev.berth/min-idle", kept))
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(script)))
                .encode();
    }
}
