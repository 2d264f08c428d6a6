package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.stopping.OneRunner;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** 32 calls at once of a function that runs nowhere yet, on Docker: with waiting, and with a container for each. */
@Timeout(240)
final class BurstIT {
    private static final int CALLS = 32;
    private static final int STOP_SECONDS = 60;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
    }

    /**
     * @param containers that were started for them
     * @param last when the last call was answered
     * @param start how long the first container took
     */
    private record Burst(int containers, Duration last, Duration start) {}

    private Burst burst(boolean waits, int millis) throws Exception {
        Path sockets = folder.resolve("s" + waits);
        try (OneRunner runner = OneRunner.start(
                folder, sockets, "engine.kind=docker", "registry.maxMemory=4GiB", "registry.wait=" + waits)) {
            EngageClient client = runner.connect(vertx);
            // The runner itself is warm, and knows how long a start takes.
            assertThat(call(client, "other", 5).result().body()).isEqualTo("ok");
            List<EngageCall> calls = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                calls.add(call(client, "burst", millis));
            }
            Duration first = Duration.ZERO;
            for (EngageCall call : calls) {
                assertThat(call.result().body()).isEqualTo("ok");
                first = first.isZero() ? Duration.ofNanos(System.nanoTime() - begin) : first;
            }
            Duration last = Duration.ofNanos(System.nanoTime() - begin);
            Burst burst = new Burst(runner.containers().size() - 1, last, first.minusMillis(millis));
            System.out.println("calls of " + millis + " ms, " + (waits ? "waiting: " : "one each: ") + burst);
            client.close();
            runner.signal("TERM");
            assertThat(runner.exitCode(STOP_SECONDS)).isZero();
            assertThat(runner.containers()).as("containers left").isEmpty();
            return burst;
        }
    }

    private static EngageCall call(EngageClient client, String function, int millis) {
        JsonObject model = new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("app_id", "app")
                .put("fn_id", function)
                .put("config", new JsonObject().put("NAME", function))
                .put("image", "berth/test-fn")
                .put("timeout", 120)
                .put("idle_timeout", 120)
                .put("memory", 64)
                .put(
                        "headers",
                        new JsonObject().put("X-Do", new JsonArray().add("read; sleep " + millis + "; send ok")));
        return client.engage().tryCall(model.encode()).data("", true);
    }

    /** How long it takes is printed, and told in slots.md: a comparison of times is no test on a machine that others use. */
    @Test
    void shortCallsHaveFewContainers() throws Exception {
        Burst waiting = burst(true, 5);
        Burst each = burst(false, 5);

        assertThat(waiting.containers()).isLessThanOrEqualTo(4);
        assertThat(each.containers()).isEqualTo(CALLS);
    }

    @Test
    void longCallsHaveNoMoreContainersThanCalls() throws Exception {
        Burst waiting = burst(true, 1000);
        Burst each = burst(false, 1000);

        assertThat(waiting.containers()).isLessThanOrEqualTo(CALLS);
        assertThat(each.containers()).isEqualTo(CALLS);
    }
}
