package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import dev.berth.proto.NodeSummary;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.SlotSummary;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.StatusException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class StatusCommandTest {
    private static final RunnerStatus STATUS = RunnerStatus.newBuilder()
            .setActive(1)
            .setRequestsReceived(5)
            .setRequestsHandled(4)
            .setId("01A")
            .setCached(true)
            .setSchedulerDuration(1_500_000)
            .putCustomStatus("disk", "ok")
            .setNode(NodeSummary.newBuilder()
                    .setNodeId("node-7")
                    .setVersion("0.1.0")
                    .setEngine("process")
                    .setMemoryTotalBytes(1L << 30)
                    .setMemoryUsedBytes(128L << 20)
                    .setCpuTotalMillis(2000)
                    .addSlots(SlotSummary.newBuilder()
                            .setSlotHashId(ByteString.fromHex("0123456789abcdef"))
                            .setImage("fn:1")
                            .setIdle(1)))
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final CommandRig rig = new CommandRig();
    private FakeRunner runner;

    @BeforeEach
    void start() throws Exception {
        runner = new FakeRunner(vertx);
        runner.onStatus(request -> Future.succeededFuture(STATUS));
    }

    @AfterEach
    void stop() throws Exception {
        Blocking.await(vertx.close());
    }

    @Test
    void statusIsPrintedForPeople() {
        assertThat(status()).isZero();
        assertThat(rig.out().lines())
                .containsExactly(
                        "calls         1 active, 5 received, 4 handled",
                        "health        ok",
                        "status call   01A (cached), waited 1.500ms, ran 0",
                        "disk          ok",
                        "node          node-7, berth 0.1.0",
                        "engine        process, functions are not isolated",
                        "memory        128 of 1024 MiB taken",
                        "cpu           0 of 2000 thousandths taken",
                        "slot 01234567 fn:1: 1 idle, 0 busy, 0 starting, 0 waiting");
    }

    @Test
    void statusIsPrintedAsJson() {
        assertThat(status("--json")).isZero();
        JsonObject json = new JsonObject(rig.out());
        assertThat(json.getInteger("active")).isEqualTo(1);
        assertThat(json.getBoolean("failed")).isFalse();
        assertThat(json.getJsonObject("node").getString("nodeId")).isEqualTo("node-7");
    }

    @Test
    void objectIsSentByStatus2() {
        AtomicReference<Object> asked = new AtomicReference<>();
        runner.onStatus(request -> {
            asked.set(request);
            return Future.succeededFuture(STATUS);
        });
        assertThat(status("--status2", "{\"a\": 1}")).isZero();
        assertThat(((Struct) asked.get()).getFieldsOrThrow("a").getNumberValue())
                .isEqualTo(1);
    }

    @Test
    void failedHealthCheckIsExitCodeOne() {
        runner.onStatus(request -> Future.succeededFuture(RunnerStatus.newBuilder()
                .setFailed(true)
                .setErrorCode(502)
                .setErrorStr("function failed")
                .build()));
        assertThat(status()).isEqualTo(1);
        assertThat(rig.out()).contains("health        failed, 502 function failed");
    }

    @Test
    void grpcStatusIsExitCodeFive() {
        runner.onStatus(request -> Future.failedFuture(new StatusException(GrpcStatus.PERMISSION_DENIED, "no")));
        assertThat(status()).isEqualTo(5);
        assertThat(rig.err()).startsWith("PERMISSION_DENIED");
    }

    @Test
    void missingAnswerIsExitCodeFive() {
        runner.onStatus(request -> Future.future(never -> {}));
        assertThat(status("--timeout", "1")).isEqualTo(5);
        assertThat(rig.err()).startsWith("DEADLINE_EXCEEDED no answer within 1 s");
    }

    @Test
    void somethingThatIsNoObjectIsAWrongOption() {
        assertThat(status("--status2", "[1]")).isEqualTo(2);
    }

    @Test
    void theRunnerOfThisMachineIsAskedWhereNoneIsNamed() {
        assertThat(new CommandLine(new StatusCommand())
                        .parseArgs("--json")
                        .commandSpec()
                        .positionalParameters()
                        .get(0)
                        .<RunnerAddress>getValue())
                .isEqualTo(new RunnerAddress("localhost", 9190));
    }

    @Test
    void whatSpeaksNoGrpcIsSaidToBePerhapsTheOtherPort() throws Exception {
        NetServer other = Blocking.await(vertx.createNetServer()
                .connectHandler(socket -> socket.end(Buffer.buffer("HTTP/1.1 400 Bad Request\r\n\r\n")))
                .listen(0, "127.0.0.1"));
        assertThat(rig.run("status", "127.0.0.1:" + other.actualPort())).isEqualTo(5);
        assertThat(rig.err()).startsWith("UNAVAILABLE what listens at").contains("is it the operations port");
    }

    private int status(String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "status";
        arguments[1] = runner.address().toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return rig.run(arguments);
    }
}
