package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.UnaryClient;
import dev.berth.proto.SlotSummary;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runners on Docker whose engine hangs, goes away or loses containers, and their stops. */
@Timeout(240)
final class EngineGoneIT {
    private static final int GRACE_SECONDS = 5;
    private static final String GONE = "No container can be started until the container engine answers again";
    private static final String BACK = "The container engine answers again";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<OneRunner> runners = new ArrayList<>();
    private EngineRelay relay;

    @BeforeEach
    void relay() {
        relay = new EngineRelay(vertx, folder);
    }

    @AfterEach
    void stop() {
        relay.close();
        Await.of(vertx.close());
        runners.forEach(OneRunner::close);
    }

    private OneRunner start(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("engine.kind=docker");
        all.add("docker.host=" + relay.address());
        OneRunner runner = OneRunner.start(folder, folder.resolve("s"), all.toArray(String[]::new));
        runners.add(runner);
        return runner;
    }

    /** Calls of one name share containers. */
    private static EngageCall call(EngageClient client, String name, String steps) {
        JsonObject model = new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", "berth/test-fn")
                .put("timeout", 120)
                .put("idle_timeout", 120)
                .put("memory", 64)
                .put("config", new JsonObject().put("NAME", name))
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(steps)));
        return client.engage().tryCall(model.encode()).data("", true);
    }

    private static void assertServed(EngageClient client, String name) {
        assertThat(call(client, name, "read; send ok").result().body()).isEqualTo("ok");
    }

    private static void assertPlacedElsewhere(EngageClient client, String name) {
        EngageCall.Result result = call(client, name, "read; send ok").result();
        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.finished().getErrorUser()).isFalse();
        assertThat(result.finished().getErrorStr()).isEqualTo("container engine is not answering");
    }

    private static ServingStatus health(EngageClient client, String service) {
        return new UnaryClient(client)
                .ask(
                        "/grpc.health.v1.Health/Check",
                        HealthCheckRequest.newBuilder().setService(service).build(),
                        HealthCheckResponse.parser())
                .getStatus();
    }

    private static EngageCall watchCold(EngageClient client) {
        EngageCall watch = Await.of(client.open("/grpc.health.v1.Health/Watch", MultiMap.caseInsensitiveMultiMap()));
        watch.raw(
                0,
                HealthCheckRequest.newBuilder()
                        .setService("RunnerProtocol.Cold")
                        .build()
                        .toByteArray());
        return watch;
    }

    private static ServingStatus next(EngageCall watch) throws IOException {
        return HealthCheckResponse.parseFrom(watch.nextPayload().getBytes()).getStatus();
    }

    private void assertNothingLeft(OneRunner runner) throws IOException {
        assertThat(runner.containers()).as("containers").isEmpty();
        assertThat(runner.folders()).as("folders").isEmpty();
    }

    private void assertLost(OneRunner runner, EngageClient client, EngageCall watch) throws IOException {
        assertThat(next(watch)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(health(client, "")).isEqualTo(ServingStatus.SERVING);
        assertThat(health(client, "RunnerProtocol")).isEqualTo(ServingStatus.SERVING);
        assertThat(health(client, "RunnerProtocol.Cold")).isEqualTo(ServingStatus.NOT_SERVING);
        assertPlacedElsewhere(client, "cold");
        assertServed(client, "hot");
        assertThat(runner.linesWith(GONE)).isEqualTo(1);
    }

    private void assertBack(OneRunner runner, EngageClient client, EngageCall watch) throws Exception {
        assertThat(next(watch)).isEqualTo(ServingStatus.SERVING);
        assertServed(client, "cold");
        assertServed(client, "hot");
        assertThat(runner.linesWith(BACK)).isEqualTo(1);
        assertThat(runner.linesWith(GONE)).isEqualTo(1);
        assertThat(runner.log()).doesNotContainPattern("(?m) ERROR |^\\tat ");
        runner.signal("TERM");
        assertThat(runner.exitCode(GRACE_SECONDS + 10)).isZero();
        assertNothingLeft(runner);
    }

    @Test
    @Rule("health-cold")
    @Raises(ErrorCode.ENGINE_GONE)
    void engineThatGoesAwayCostsColdCallsOnly() throws Exception {
        OneRunner runner = start("registry.maxMemory=64MiB", "node.drainTimeout=20s");
        EngageClient client = runner.connect(vertx);
        EngageCall watch = watchCold(client);
        assertThat(next(watch)).isEqualTo(ServingStatus.SERVING);
        assertServed(client, "hot");

        relay.vanish();
        assertLost(runner, client, watch);

        relay.appear();
        assertBack(runner, client, watch);
    }

    @Test
    @Rule("health-cold")
    void engineThatHangsCostsColdCallsOnly() throws Exception {
        OneRunner runner = start("node.drainTimeout=20s");
        EngageClient client = runner.connect(vertx);
        EngageCall watch = watchCold(client);
        assertThat(next(watch)).isEqualTo(ServingStatus.SERVING);
        assertServed(client, "hot");

        relay.hang();
        assertLost(runner, client, watch);

        relay.wake();
        assertBack(runner, client, watch);
    }

    @Test
    void stopEndsWhileTheEngineHangs() throws Exception {
        OneRunner runner = start("node.drainTimeout=2s");
        EngageClient client = runner.connect(vertx);
        assertServed(client, "idle");
        EngageCall running = call(client, "running", "read; sleep 60000");
        runner.awaitBusy(client, 1);
        relay.hang();
        EngageCall starting = call(client, "starting", "read; send ok");
        runner.awaitStatus(
                client, "starting", status -> starting(status.getNode().getSlotsList()) == 1);

        runner.signal("TERM");

        assertThat(running.result().finished().getErrorCode()).isEqualTo(500);
        assertThat(running.result().finished().getErrorUser()).isFalse();
        assertThat(starting.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(runner.exitCode(2 + GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.log()).contains("could not remove or close: containers");
        relay.wake();
        OneRunner next = start("node.drainTimeout=2s");
        next.signal("TERM");
        assertThat(next.exitCode(GRACE_SECONDS)).isZero();
        assertNothingLeft(next);
    }

    /** Though its limit is minutes away: no call runs. */
    @Test
    void idleRunnerWhoseEngineHangsStopsSoon() throws Exception {
        OneRunner runner = start("node.drainTimeout=5m");
        EngageClient client = runner.connect(vertx);
        assertServed(client, "idle");
        relay.hang();

        runner.signal("TERM");

        assertThat(runner.exitCode(20)).isEqualTo(1);
        assertThat(runner.log())
                .contains("the container engine does not answer, and containers are left")
                .contains("could not remove or close: containers")
                .doesNotContainPattern("(?m)^\\tat ")
                .doesNotContain("Exception");
        relay.wake();
        OneRunner next = start("node.drainTimeout=2s");
        next.signal("TERM");
        assertThat(next.exitCode(GRACE_SECONDS)).isZero();
        assertNothingLeft(next);
    }

    private static int starting(List<SlotSummary> slots) {
        return slots.stream().mapToInt(SlotSummary::getStarting).sum();
    }

    @Test
    void stopWithManyContainersBeingStartedLeavesNone() throws Exception {
        int launches = 32;
        OneRunner runner = start("node.drainTimeout=10s", "registry.maxMemory=" + launches * 64 + "MiB");
        EngageClient client = runner.connect(vertx);
        List<EngageCall> calls = IntStream.range(0, launches)
                .mapToObj(i -> call(client, "launched-" + i, "read; send ok"))
                .toList();
        runner.awaitStatus(
                client, "starting", status -> status.getNode().getSlotsList().size() == launches);

        runner.signal("TERM");

        calls.forEach(
                call -> assertThat(call.result().finished().getErrorCode()).isIn(0, 503));
        assertThat(runner.exitCode(10 + GRACE_SECONDS)).isZero();
        assertNothingLeft(runner);
    }

    @Test
    void containersOfCallsThatAreCutOffAreRemoved() throws Exception {
        int calls = 6;
        OneRunner runner = start("node.drainTimeout=1s");
        EngageClient client = runner.connect(vertx);
        List<EngageCall> running = IntStream.range(0, calls)
                .mapToObj(i -> call(client, "running", "read; sleep 60000"))
                .toList();
        runner.awaitBusy(client, calls);

        runner.signal("TERM");

        running.forEach(
                call -> assertThat(call.result().finished().getErrorCode()).isEqualTo(500));
        assertThat(runner.exitCode(1 + GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.log()).contains("calls cut off: " + calls).doesNotContain("could not remove");
        assertNothingLeft(runner);
    }

    @ParameterizedTest
    @ValueSource(strings = {"never", "0"})
    void containerThatWasRemovedByHandCostsNoCall(String freezeIdle) throws Exception {
        OneRunner runner = start("worker.freezeIdle=" + freezeIdle, "node.drainTimeout=20s");
        EngageClient client = runner.connect(vertx);
        for (int i = 0; i < 3; i++) {
            assertServed(client, "hot");
            List<String> command = new ArrayList<>(List.of("docker", "rm", "-f"));
            command.addAll(runner.containers());
            assertThat(new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor())
                    .isZero();
        }
        assertServed(client, "hot");
        runner.signal("TERM");
        assertThat(runner.exitCode(GRACE_SECONDS + 10)).isZero();
        assertNothingLeft(runner);
    }
}
