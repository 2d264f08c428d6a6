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
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What calls of real functions on Docker have used. */
@Timeout(240)
final class CallUseIT {
    private static final long MIB = 1024 * 1024;
    private static final int BURNT_MILLIS = 100;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.of(vertx.close());
    }

    private OneRunner runner() throws IOException {
        return OneRunner.start(
                folder, folder.resolve("s"), "engine.kind=docker", "node.drainTimeout=20s", "log.access=true");
    }

    private static JsonObject model(String id) {
        return new JsonObject()
                .put("id", id)
                .put("image", "berth/test-fn")
                .put("timeout", 60)
                .put("idle_timeout", 120)
                .put("memory", 128);
    }

    private static CallFinished call(EngageClient client, JsonObject model, String program) {
        model.put("headers", new JsonObject().put("X-Do", new JsonArray().add(program)));
        EngageCall.Result result =
                client.engage().tryCall(model.encode()).data("body", true).result();
        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getErrorStr()).isEmpty();
        return result.finished();
    }

    private static void assertStops(OneRunner runner) throws Exception {
        runner.signal("TERM");
        assertThat(runner.exitCode(25)).isZero();
        assertThat(runner.containers()).isEmpty();
        runner.assertNothingLeft();
    }

    private static String id() {
        return UUID.randomUUID().toString().substring(0, 13);
    }

    /** A number of the call's line; -1: it has none of that name. */
    private static long inLine(OneRunner runner, String id, String name) {
        Pattern line = Pattern.compile("(?m)^.*access call callId=\"" + id + "\".*$");
        runner.until("line of " + id, () -> line.matcher(runner.log()).find());
        String text = line.matcher(runner.log())
                .results()
                .findFirst()
                .map(MatchResult::group)
                .orElseThrow();
        return Pattern.compile(" " + name + "=\"(\\d+)\"")
                .matcher(text)
                .results()
                .findFirst()
                .map(found -> Long.parseLong(found.group(1)))
                .orElse(-1L);
    }

    @Test
    @Rule("finished-usage")
    void whatACallHasUsedIsToldWhereverCallsAreTold() throws Exception {
        try (OneRunner runner = runner()) {
            EngageClient client = runner.connect(vertx);
            // The first is cold, and what was used to start is not its.
            assertThat(call(client, model(id()), "read; send ok").getSuccess()).isTrue();

            String id = id();
            CallFinished burnt = call(client, model(id), "read; burn " + BURNT_MILLIS + "; send ok");
            long cpuMillis = TimeUnit.NANOSECONDS.toMillis(burnt.getCpuDuration());
            assertThat(cpuMillis).isBetween(80L, 400L);
            assertThat(burnt.getMemoryPeakOfContainer()).isFalse();
            assertThat(burnt.getMemoryPeak()).isBetween(5 * MIB, 128 * MIB);
            assertThat(inLine(runner, id, "cpuUs")).isEqualTo(burnt.getCpuDuration() / 1000);
            assertThat(inLine(runner, id, "peakBytes")).isEqualTo(burnt.getMemoryPeak());
            JsonObject truth = runner.why(id).getJsonObject("truth");
            assertThat(truth.getLong("cpuUs")).isEqualTo(burnt.getCpuDuration() / 1000);
            assertThat(truth.getString("peakOf")).isEqualTo("call");
            assertThat(truth.getLong("limitBytes")).isEqualTo(128 * MIB);
            assertThat(runner.why(id).getString("text")).containsPattern("CPU \\d+ ms, ");

            id = id();
            CallFinished brief = call(client, model(id), "read; send ok");
            assertThat(TimeUnit.NANOSECONDS.toMillis(brief.getExecutionDuration()))
                    .isLessThan(20);
            assertThat(brief.hasCpuDuration()).isFalse();
            assertThat(brief.hasMemoryPeak()).isFalse();
            assertThat(inLine(runner, id, "cpuUs")).isBetween(1L, 20_000L);
            assertThat(runner.why(id).getJsonObject("truth").getLong("cpuUs")).isBetween(1L, 20_000L);

            assertStops(runner);
        }
    }

    @Test
    void peakIsOfTheCallAlone() throws Exception {
        try (OneRunner runner = runner()) {
            EngageClient client = runner.connect(vertx);
            CallFinished before = call(client, model(id()), "read; sleep 30; send ok");
            CallFinished during = call(client, model(id()), "read; alloc 50; sleep 30; free; send ok");

            assertThat(during.getMemoryPeak() - before.getMemoryPeak()).isGreaterThan(45 * MIB);
            assertThat(during.getMemoryPeak()).isLessThanOrEqualTo(128 * MIB);
            assertThat(during.getMemoryPeakOfContainer()).isFalse();
            assertStops(runner);
        }
    }

    @Test
    void timeOfBeingHeldBackIsTold() throws Exception {
        try (OneRunner runner = runner()) {
            EngageClient client = runner.connect(vertx);
            String id = id();

            CallFinished held = call(client, model(id).put("cpus", "200m"), "read; burn 100; send ok");

            assertThat(TimeUnit.NANOSECONDS.toMillis(held.getCpuDuration())).isBetween(80L, 400L);
            assertThat(TimeUnit.NANOSECONDS.toMillis(held.getCpuThrottledDuration()))
                    .isGreaterThan(100);
            assertThat(runner.why(id).getString("text")).contains("throttled ");
            assertStops(runner);
        }
    }

    @Test
    void filesOfControlGroupsGoWithTheirContainers() throws Exception {
        try (OneRunner runner = runner()) {
            EngageClient client = runner.connect(vertx);
            call(client, model(id()).put("idle_timeout", 1), "read; send ok");
            assertThat(runner.openUnder("/sys/fs/cgroup")).isPositive();

            runner.until("container has gone", () -> runner.openUnder("/sys/fs/cgroup") == 0);
            assertStops(runner);
        }
    }
}
