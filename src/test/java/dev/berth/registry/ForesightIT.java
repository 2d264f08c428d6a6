package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.NodeSummary;
import dev.berth.stopping.OneRunner;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Functions that are called with a regular period, so far apart that no container is kept until the next call: one is
 * started ahead of it, on processes and on Docker. What is looked for on a busy machine, where a caller is late now and
 * then, is looked for at a few calls more.
 */
@Timeout(240)
final class ForesightIT {
    private static final long MIB = 1 << 20;
    private static final int MEMORY_MIB = 64;
    private static final int MOST_CALLS = 20;
    private static final int STOP_SECONDS = 60;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
    }

    private OneRunner runner(String engine) throws Exception {
        return OneRunner.start(
                folder,
                folder.resolve("s"),
                "engine.kind=" + engine,
                "engine.catalogue=" + Path.of("src/examples").toAbsolutePath(),
                "log.level=debug",
                "registry.foresight=true",
                "registry.foresightLeastPeriod=2s",
                "registry.foresightShare=0.3",
                "registry.maxMemory=300MiB");
    }

    /** Beats until the end of the test. */
    private BlockingQueue<Long> beat(Duration period) {
        BlockingQueue<Long> beats = new LinkedBlockingQueue<>();
        vertx.setPeriodic(0, period.toMillis(), beats::add);
        return beats;
    }

    private static String call(EngageClient client, String image, String name, int memoryMiB, int idleSeconds) {
        String id = UUID.randomUUID().toString();
        JsonObject model = new JsonObject()
                .put("id", id)
                .put("app_id", "app")
                .put("fn_id", name)
                .put("config", new JsonObject().put("NAME", name))
                .put("image", image)
                .put("timeout", 60)
                .put("idle_timeout", idleSeconds)
                .put("memory", memoryMiB)
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add("read; send ok")));
        assertThat(client.engage()
                        .tryCall(model.encode())
                        .data("", true)
                        .result()
                        .body())
                .isEqualTo("ok");
        return id;
    }

    /** Those launched for no call, in order. */
    private static List<MatchResult> guesses(OneRunner runner) {
        return Pattern.compile("(?m)^(\\S+) .*container launched callId=\"\" containerId=\"([^\"]+)\"")
                .matcher(runner.log())
                .results()
                .toList();
    }

    private static int idle(NodeSummary node) {
        return node.getSlotsList().stream().mapToInt(slot -> slot.getIdle()).sum();
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
    void aRegularCallFindsAContainerThatWasStartedAheadOfIt(String engine, String image) throws Exception {
        try (OneRunner runner = runner(engine)) {
            EngageClient client = runner.connect(vertx);
            BlockingQueue<Long> beats = beat(Duration.ofSeconds(4));
            int idleSeconds = 2;
            int calls = 0;
            String last = "";
            boolean there = false;
            while (!there && calls < MOST_CALLS) {
                int before = guesses(runner).size();
                Await.next(beats);
                there = guesses(runner).size() > before
                        && idle(runner.status(client).getNode()) == 1;
                last = call(client, image, "regular", MEMORY_MIB, idleSeconds);
                calls++;
            }
            assertThat(there).as("started ahead").isTrue();
            assertThat(calls).isGreaterThan(Period.ENOUGH + 1);
            JsonObject why = runner.why(last);
            assertThat(why.getString("start")).isEqualTo("foreseen");
            assertThat(why.getString("text")).contains("started ahead of it, as its calls come regularly");

            // That nobody calls is known a moment later, and long before it has been idle for as long as it may.
            int before = guesses(runner).size();
            for (Await.next(beats); guesses(runner).size() == before && calls < MOST_CALLS; Await.next(beats)) {
                call(client, image, "regular", MEMORY_MIB, idleSeconds);
                calls++;
            }
            assertThat(guesses(runner))
                    .as("started for a call that does not come")
                    .hasSize(before + 1);
            MatchResult guess = guesses(runner).get(before);
            Pattern removal = Pattern.compile(
                    "(?m)^(\\S+) .*container removed containerId=\"" + guess.group(2) + "\" reason=\"IDLE_TIMEOUT\"");
            runner.until("let go", () -> removal.matcher(runner.log()).find());
            MatchResult removed =
                    removal.matcher(runner.log()).results().findFirst().orElseThrow();
            MatchResult ready = Pattern.compile(
                            "(?m)^(\\S+) .*container moved containerId=\"" + guess.group(2) + "\".* to=\"IDLE\"")
                    .matcher(runner.log())
                    .results()
                    .findFirst()
                    .orElseThrow();
            assertThat(Duration.between(Instant.parse(ready.group(1)), Instant.parse(removed.group(1))))
                    .isLessThan(Duration.ofSeconds(idleSeconds));
            runner.awaitStatus(
                    client, "nothing is left", status -> status.getNode().getMemoryUsedBytes() == 0);
            end(runner, client);
        }
    }

    @Test
    void noneIsStartedBeyondItsBudgetOrWhereOthersWouldHaveToGo() throws Exception {
        try (OneRunner runner = runner("process")) {
            EngageClient client = runner.connect(vertx);
            BlockingQueue<Long> beats = beat(Duration.ofSeconds(3));
            // There is room for both, and the budget is of one.
            for (int calls = 0; guesses(runner).isEmpty() && calls < MOST_CALLS; calls++) {
                callBoth(client);
                Await.next(beats);
            }
            assertThat(guesses(runner)).hasSize(1);
            assertThat(runner.status(client).getNode().getMemoryUsedBytes()).isEqualTo(MEMORY_MIB * MIB);

            callBoth(client);
            call(client, "test-fn", "large", 240, 60);
            int before = guesses(runner).size();
            long evicted = runner.linesWith("reason=\"EVICTED\"");
            Await.next(beats);
            assertThat(guesses(runner)).hasSize(before);
            assertThat(runner.linesWith("reason=\"EVICTED\"")).isEqualTo(evicted);
            assertThat(idle(runner.status(client).getNode())).isEqualTo(1);

            // Where its room is free again there is one, for nothing else was in the way.
            for (int calls = 0; guesses(runner).size() == before && calls < MOST_CALLS; calls++) {
                callBoth(client);
                Await.next(beats);
            }
            assertThat(guesses(runner)).hasSizeGreaterThan(before);
            end(runner, client);
        }
    }

    private static void callBoth(EngageClient client) {
        call(client, "test-fn", "one", MEMORY_MIB, 1);
        call(client, "test-fn", "other", MEMORY_MIB, 1);
    }
}
