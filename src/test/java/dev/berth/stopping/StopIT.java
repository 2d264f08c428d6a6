package dev.berth.stopping;

import static dev.berth.stopping.StopRig.GRACE_SECONDS;
import static dev.berth.stopping.StopRig.assertCutOff;
import static dev.berth.stopping.StopRig.program;
import static dev.berth.stopping.StopRig.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.RawHttp2;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A runner on the process engine that is told to stop: it ends in time, with the right code, and leaves nothing. */
@Timeout(180)
final class StopIT {
    @TempDir
    Path folder;

    private StopRig rig;

    @BeforeEach
    void open() {
        rig = new StopRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    @Rule("drain-idle")
    void streamWithoutACallEndsAtOnce() throws Exception {
        OneRunner runner = rig.start("node.drainTimeout=never");
        EngageClient client = runner.connect(rig.vertx);
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
        OneRunner runner = rig.start("node.drainTimeout=30s");
        EngageClient client = runner.connect(rig.vertx);
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
        OneRunner runner = rig.start("node.drainTimeout=never");
        EngageClient other = runner.connect(rig.vertx);
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
        OneRunner runner = rig.start("node.drainTimeout=2s");
        EngageClient other = runner.connect(rig.vertx);
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
        OneRunner runner = rig.start("node.drainTimeout=2s", "registry.maxMemory=" + calls * 16 + "MiB");
        EngageClient client = runner.connect(rig.vertx);
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
        OneRunner runner = rig.start("node.drainTimeout=never");
        EngageClient client = runner.connect(rig.vertx);
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
    void functionsOfThisEngineAreNeverTakenForFrozen() throws Exception {
        OneRunner runner = rig.start("worker.freezeIdle=0");
        EngageClient client = runner.connect(rig.vertx);
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
        OneRunner runner = rig.start("node.drainTimeout=30s");
        EngageClient client = runner.connect(rig.vertx);
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
