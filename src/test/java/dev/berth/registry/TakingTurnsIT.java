package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageClient;
import dev.berth.stopping.OneRunner;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two functions on a node with room for one of their containers, on processes and on Docker. Without the rule that what
 * others went for stays a moment, each call of two callers has a start.
 */
@Timeout(180)
final class TakingTurnsIT {
    private static final int CALLS_EACH = 50;
    private static final int CALL_MILLIS = 20;
    private static final int MOST_STARTS = 12;
    /** With the start of a process this makes about what a container takes on Docker. */
    private static final String START_SECONDS = "0.35";

    private static final int STOP_SECONDS = 60;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
    }

    private OneRunner runner(String engine) throws Exception {
        Path function = Files.createDirectories(folder.resolve("functions/test-fn"));
        Path program = Path.of("src/examples/test-fn/func.js").toAbsolutePath();
        String command = "sleep " + START_SECONDS + "; exec node " + program;
        Files.writeString(function.resolve("func.yaml"), "cmd: [\"sh\", \"-c\", \"" + command + "\"]\n");
        return OneRunner.start(
                folder,
                folder.resolve("s"),
                "engine.kind=" + engine,
                "engine.catalogue=" + folder.resolve("functions"),
                "log.level=debug",
                "registry.maxMemory=300MiB");
    }

    private static void end(OneRunner runner, EngageClient client) throws Exception {
        client.close();
        runner.signal("TERM");
        assertThat(runner.exitCode(STOP_SECONDS)).isZero();
        runner.assertNothingLeft();
        assertThat(runner.containers()).as("containers left").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"process,test-fn", "docker,berth/test-fn"})
    void twoFunctionsInRoomForOneHaveAStartNowAndThenOnly(String engine, String image) throws Exception {
        try (OneRunner runner = runner(engine)) {
            EngageClient client = runner.connect(vertx);
            CompletableFuture<Duration> one =
                    CompletableFuture.supplyAsync(() -> longestOf(client, image, CALLS_EACH, "one"));
            CompletableFuture<Duration> other =
                    CompletableFuture.supplyAsync(() -> longestOf(client, image, CALLS_EACH, "other"));
            System.out.println(engine + ": longest calls: " + one.get() + ", " + other.get());
            long starts = runner.linesWith("container launched");
            System.out.println(engine + ": starts of " + 2 * CALLS_EACH + " calls: " + starts);

            assertThat(starts).isBetween(2L, (long) MOST_STARTS);
            end(runner, client);
        }
    }

    /** How long it takes is printed, and told in slots.md: a comparison of times is no test on a machine that others use. */
    @ParameterizedTest
    @CsvSource({"process,test-fn", "docker,berth/test-fn"})
    void oneCallerOfTheTwoInTurnHasAStartACall(String engine, String image) throws Exception {
        try (OneRunner runner = runner(engine)) {
            EngageClient client = runner.connect(vertx);
            int calls = 20;
            long begin = System.nanoTime();
            longestOf(client, image, calls, "one", "other");
            System.out.println(engine + ": one caller, " + calls + " calls in "
                    + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");

            assertThat(runner.linesWith("container launched")).isEqualTo(calls);
            end(runner, client);
        }
    }

    /** Calls one after the other, of each function in turn; returns how long the longest took. */
    private static Duration longestOf(EngageClient client, String image, int calls, String... names) {
        Duration longest = Duration.ZERO;
        for (int i = 0; i < calls; i++) {
            long begin = System.nanoTime();
            assertThat(client.engage()
                            .tryCall(model(image, names[i % names.length]))
                            .data("", true)
                            .result()
                            .body())
                    .isEqualTo("ok");
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            longest = took.compareTo(longest) > 0 ? took : longest;
        }
        return longest;
    }

    private static String model(String image, String name) {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("app_id", "app")
                .put("fn_id", name)
                .put("config", new JsonObject().put("NAME", name))
                .put("image", image)
                .put("timeout", 60)
                .put("idle_timeout", 60)
                .put("memory", 200)
                .put(
                        "headers",
                        new JsonObject().put("X-Do", new JsonArray().add("read; sleep " + CALL_MILLIS + "; send ok")))
                .encode();
    }
}
