package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.RawHttp2;
import dev.berth.proto.CallFinished;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A runner on the process engine that is told to stop: it ends in time, with the right code, and leaves nothing. */
@Timeout(180)
final class StopIT {
    private static final int GRACE_SECONDS = 5;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<OneRunner> runners = new ArrayList<>();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
        runners.forEach(OneRunner::close);
    }

    /** On functions that take a call and never answer it, and the test function. */
    private OneRunner start(String... settings) throws IOException {
        return started(OneRunner.start(folder, folder.resolve("sockets"), all(settings)));
    }

    private OneRunner startOf(String classPath, String... settings) throws IOException {
        return started(OneRunner.startOf(classPath, folder, folder.resolve("sockets"), all(settings)));
    }

    private OneRunner started(OneRunner runner) {
        runners.add(runner);
        return runner;
    }

    private String[] all(String... settings) throws IOException {
        Path catalogue = folder.resolve("functions");
        define(catalogue, "silent", "[\"sleep\", \"600\"]");
        define(
                catalogue,
                "test-fn",
                "[\"node\", \"" + Path.of("src/examples/test-fn/func.js").toAbsolutePath() + "\"]");
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("engine.kind=process");
        all.add("engine.catalogue=" + catalogue);
        return all.toArray(String[]::new);
    }

    private static void define(Path catalogue, String name, String command) throws IOException {
        Path function = Files.createDirectories(catalogue.resolve(name));
        Files.writeString(function.resolve("func.yaml"), "cmd: " + command + "\n");
    }

    private static JsonObject call(String image) {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", image)
                .put("timeout", 300)
                .put("memory", 16);
    }

    /** A call that takes its container for itself. */
    private static EngageCall silent(EngageClient client) {
        return client.engage()
                .tryCall(call("silent").put("format", "default").encode())
                .data("", true);
    }

    private static JsonObject program(String steps) {
        return call("test-fn").put("headers", new JsonObject().put("X-Do", new JsonArray().add(steps)));
    }

    private static void assertCutOff(CallFinished finished) {
        assertThat(finished.getSuccess()).isFalse();
        assertThat(finished.getErrorCode()).isEqualTo(500);
        assertThat(finished.getErrorStr()).isEqualTo("the runner stopped before the call had ended");
        assertThat(finished.getErrorUser()).isFalse();
    }

    /** It stops in good order, and its supervisor is told to start it again. */
    @Test
    void aRegistryThatFailsEndsTheProcessWithOneAndLeavesNothing() throws Exception {
        OneRunner runner = startOf(
                RegistryFault.classPath(Files.createDirectories(folder.resolve("bug"))), "node.drainTimeout=60s");
        EngageClient client = runner.connect(vertx);
        EngageCall running = client.engage()
                .tryCall(program("read; send begun; sleep 1500; send ended").encode())
                .data("", true);
        runner.awaitBusy(client, 1);

        EngageCall.Result broken = client.engage()
                .tryCall(call("test-fn").put("id", RegistryFault.CALL_ID).encode())
                .data("", true)
                .result();

        assertThat(broken.finished().getErrorCode()).isEqualTo(503);
        assertThat(broken.finished().getErrorUser()).isFalse();
        assertThat(running.result().finished().getSuccess()).isTrue();
        assertThat(running.result().body()).isEqualTo("begunended");
        runner.signalled();
        assertThat(runner.exitCode(GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.linesWith(" ERROR ")).isEqualTo(1);
        assertThat(runner.log())
                .contains("the slot registry has failed", "a bug for a test")
                .contains("stopped because of a failure that the log tells of; start it again");
        runner.assertNothingLeft();
    }

    @Test
    void aRegistryThatFailsWhileACallGoesOnEndsTheProcessWithOneAtTheLimit() throws Exception {
        OneRunner runner = startOf(
                RegistryFault.classPath(Files.createDirectories(folder.resolve("bug"))), "node.drainTimeout=1s");
        EngageClient client = runner.connect(vertx);
        EngageCall running = silent(client);
        runner.awaitBusy(client, 1);
        EngageCall.Result broken = client.engage()
                .tryCall(call("test-fn").put("id", RegistryFault.CALL_ID).encode())
                .data("", true)
                .result();
        runner.signalled();

        assertThat(broken.finished().getErrorCode()).isEqualTo(503);
        assertCutOff(running.result().finished());
        assertThat(runner.exitCode(1 + GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.linesWith(" ERROR ")).isEqualTo(1);
        runner.assertNothingLeft();
    }

    @Test
    @Rule("drain-idle")
    void streamWithoutACallEndsAtOnce() throws Exception {
        OneRunner runner = start("node.drainTimeout=never");
        EngageClient client = runner.connect(vertx);
        EngageCall idle = client.engage();
        runner.awaitStatus(client, "open", status -> status.getActive() == 1);

        runner.signal("TERM");

        assertThat(idle.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(runner.exitCode(GRACE_SECONDS)).isZero();
        runner.assertNothingLeft();
    }

    @Test
    @Rule("drain-idle")
    void streamWithoutACallThatIsOpenedLaterEndsToo() throws Exception {
        OneRunner runner = start("node.drainTimeout=30s");
        EngageClient client = runner.connect(vertx);
        EngageCall running = client.engage()
                .tryCall(program("read; sleep 4000; send ok").encode())
                .data("", true);
        runner.awaitBusy(client, 1);
        runner.signal("TERM");
        runner.awaitStatus(client, "draining", status -> status.getNode().getDraining());

        EngageCall late = client.engage();

        assertThat(late.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(running.result().body())
                .as(() -> running.result().finished() + runner.log())
                .isEqualTo("ok");
        assertThat(runner.exitCode(4 + GRACE_SECONDS)).isZero();
        runner.assertNothingLeft();
    }

    @Test
    @Rule("drain-untaken")
    void finishedCallWhoseClientTakesNothingIsGivenUp() throws Exception {
        OneRunner runner = start("node.drainTimeout=never");
        EngageClient other = runner.connect(vertx);
        try (RawHttp2 client = neverReading(runner)) {
            send(client, 1, program("read; send ok"));
            runner.awaitStatus(
                    other,
                    "answered",
                    status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getIdle() == 1));

            runner.signal("TERM");

            assertThat(runner.exitCode(GRACE_SECONDS)).isZero();
        }
        runner.assertNothingLeft();
    }

    @Test
    void answerThatItsClientDoesNotTakeIsCutOffAtTheLimit() throws Exception {
        OneRunner runner = start("node.drainTimeout=2s");
        EngageClient other = runner.connect(vertx);
        try (RawHttp2 client = neverReading(runner)) {
            send(client, 1, program("read; fill 3000000"));
            runner.awaitBusy(other, 1);

            runner.signal("TERM");

            assertThat(runner.exitCode(2 + GRACE_SECONDS)).isEqualTo(1);
        }
        assertThat(runner.log()).contains("berth: not stopped in good order: calls cut off: 1");
        runner.assertNothingLeft();
    }

    @Test
    @Rule("drain-limit")
    @Raises(ErrorCode.CUT_OFF)
    void callsThatRunAtTheLimitAreCutOff() throws Exception {
        int calls = 64;
        OneRunner runner = start("node.drainTimeout=2s", "registry.maxMemory=" + calls * 16 + "MiB");
        EngageClient client = runner.connect(vertx);
        List<EngageCall> running =
                IntStream.range(0, calls).mapToObj(i -> silent(client)).toList();
        runner.awaitBusy(client, calls);
        EngageCall waiting = silent(client);
        runner.awaitStatus(client, "waiting", status -> status.getActive() == calls + 1);

        runner.signal("TERM");

        assertThat(waiting.result().finished().getErrorCode()).isEqualTo(503);
        Await.of(Future.all(running.stream().map(EngageCall::future).toList()));
        running.forEach(call -> assertCutOff(call.result().finished()));
        assertThat(runner.exitCode(2 + GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.log()).contains("berth: not stopped in good order: calls cut off: " + calls);
        runner.assertNothingLeft();
    }

    @Test
    @Rule("drain-limit")
    void secondSignalBringsTheLimitForward() throws Exception {
        OneRunner runner = start("node.drainTimeout=never");
        EngageClient client = runner.connect(vertx);
        EngageCall running = silent(client);
        runner.awaitBusy(client, 1);

        runner.signal("TERM");
        runner.awaitStatus(client, "draining", status -> status.getNode().getDraining());
        // Not SIGINT, which a process that was started in the background may ignore.
        runner.signal("TERM");

        assertCutOff(running.result().finished());
        assertThat(runner.exitCode(GRACE_SECONDS)).isEqualTo(1);
        runner.assertNothingLeft();
    }

    @Test
    void socketRootThatCannotBeWrittenHoldsUpNothing() throws Exception {
        String sockets = folder.resolve("sockets").toString();
        OneRunner runner = start("node.drainTimeout=2s");
        EngageClient client = runner.connect(vertx);
        EngageCall ended =
                client.engage().tryCall(program("read; send ok").encode()).data("", true);
        assertThat(ended.result().body())
                .as(() -> ended.result().finished() + runner.log())
                .isEqualTo("ok");
        EngageCall running = silent(client);
        runner.awaitBusy(client, 1);
        // Over itself, for the runner holds a file open for writing below.
        run("mount", "--bind", sockets, sockets);
        try {
            run("mount", "-o", "remount,bind,ro", sockets);

            runner.signal("TERM");

            assertCutOff(running.result().finished());
            assertThat(runner.exitCode(2 + GRACE_SECONDS)).isEqualTo(1);
            assertThat(runner.log()).contains("could not remove or close: instance folder");
            assertThat(runner.processes()).isEmpty();
        } finally {
            run("umount", sockets);
        }
        OneRunner next = start("node.drainTimeout=2s");
        next.signal("TERM");
        assertThat(next.exitCode(GRACE_SECONDS)).isZero();
        next.assertNothingLeft();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as(String.join(" ", command))
                .isZero();
    }

    /** Else the memory of those functions would count as taken for as long as the next runner lives. */
    @Test
    void whatAKilledRunnerLeftIsGoneBeforeTheNextOneMeasuresItsRoom() throws Exception {
        OneRunner killed = start();
        EngageClient client = killed.connect(vertx);
        silent(client);
        killed.awaitBusy(client, 1);
        killed.kill();
        assertThat(killed.processes()).hasSize(1);

        OneRunner next = start();

        assertThat(next.processes()).isEmpty();
        assertThat(next.folders()).hasSize(1);
        assertThat(next.log())
                .containsSubsequence("removed what dead instances left containers=\"1\"", "capacity for functions");
        next.signal("TERM");
        assertThat(next.exitCode(GRACE_SECONDS)).isZero();
        next.assertNothingLeft();
    }

    @Test
    void functionsOfThisEngineAreNeverTakenForFrozen() throws Exception {
        OneRunner runner = start("worker.freezeIdle=0");
        EngageClient client = runner.connect(vertx);
        for (int i = 0; i < 3; i++) {
            EngageCall call =
                    client.engage().tryCall(program("read; report").encode()).data("", true);
            assertThat(call.result().finished().getSuccess()).isTrue();
            runner.awaitStatus(
                    client,
                    "idle",
                    status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getIdle() == 1));
        }
        assertThat(runner.linesWith("containers cannot be paused here; idle ones keep running"))
                .isEqualTo(1);
        runner.signal("TERM");
        assertThat(runner.exitCode(GRACE_SECONDS)).isZero();
        runner.assertNothingLeft();
    }

    @Test
    void callsThatEndWithinTheLimitEndWell() throws Exception {
        OneRunner runner = start("node.drainTimeout=30s");
        EngageClient client = runner.connect(vertx);
        EngageCall running = client.engage()
                .tryCall(program("read; sleep 1500; send ok").encode())
                .data("", true);
        runner.awaitBusy(client, 1);

        runner.signal("TERM");

        assertThat(running.result().body())
                .as(() -> running.result().finished() + runner.log())
                .isEqualTo("ok");
        assertThat(runner.exitCode(GRACE_SECONDS)).isZero();
        runner.assertNothingLeft();
    }

    /** A client with windows of 0: it is never sent a byte of a message. */
    private static RawHttp2 neverReading(OneRunner runner) throws IOException {
        byte[] initialWindowOfNothing = {0, 4, 0, 0, 0, 0};
        return new RawHttp2(new Socket(InetAddress.getLoopbackAddress(), runner.port()), initialWindowOfNothing);
    }

    private static void send(RawHttp2 client, int stream, JsonObject model) throws IOException {
        client.headers(
                stream,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                EngageClient.ENGAGE,
                ":authority",
                "x",
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        message(
                client,
                stream,
                ClientMsg.newBuilder()
                        .setTry(TryCall.newBuilder().setModelsCallJson(model.encode()))
                        .build());
        message(
                client,
                stream,
                ClientMsg.newBuilder()
                        .setData(DataFrame.newBuilder().setEof(true))
                        .build());
    }

    private static void message(RawHttp2 client, int stream, ClientMsg message) throws IOException {
        byte[] payload = message.toByteArray();
        client.frame(
                RawHttp2.DATA,
                0,
                stream,
                ByteBuffer.allocate(5 + payload.length)
                        .put((byte) 0)
                        .putInt(payload.length)
                        .put(payload)
                        .array());
    }
}
