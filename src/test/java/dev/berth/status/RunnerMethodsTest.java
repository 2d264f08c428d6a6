package dev.berth.status;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.SlotKey;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.FakeWorker;
import dev.berth.ingress.IngressRig;
import dev.berth.ingress.LoggedLines;
import dev.berth.ingress.Oversize;
import dev.berth.ingress.UnaryClient;
import dev.berth.proto.ConfigMsg;
import dev.berth.proto.ConfigStatus;
import dev.berth.proto.NodeSummary;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.WhyAnswer;
import dev.berth.proto.WhyRecord;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every method of the runner port but Engage. */
final class RunnerMethodsTest {
    private static final String STATUS = "/RunnerProtocol/Status";
    private static final String HEALTH_CHECK = "/grpc.health.v1.Health/Check";
    private static final MultiMap NO_HEADERS = MultiMap.caseInsensitiveMultiMap();

    private IngressRig rig;
    private UnaryClient client;

    @BeforeEach
    void start() {
        rig = new IngressRig();
        client = new UnaryClient(rig.client);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void statusCountsOpenReceivedAndHandledCallsLeavingRefusalsOut() {
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);
        rig.client.engage().tryCall(IngressRig.MODEL).result();
        rig.registry.onAcquire = rig.registry::grant;
        rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();
        rig.registry.onAcquire = acquire -> {};
        rig.registry.seen.clear();
        EngageCall open = rig.client.engage().tryCall(IngressRig.MODEL);
        rig.registry.next(AcquireSlot.class);

        RunnerStatus status = client.ask(STATUS, Empty.getDefaultInstance(), RunnerStatus.parser());

        assertThat(status.getActive()).isEqualTo(1);
        assertThat(status.getRequestsReceived()).isEqualTo(3);
        assertThat(status.getRequestsHandled()).isEqualTo(1);
        assertThat(status.getFailed()).isFalse();
        assertThat(status.getId()).isEmpty();
        open.cancel();
        rig.assertNothingLeft();
    }

    @Test
    void statusTellsWhatTheNodeHasRoomForAndHoldsReady() {
        rig.registry.snapshot = new NodeSnapshot(
                true,
                100,
                40,
                4000,
                1500,
                List.of(new NodeSnapshot.Queue(new SlotKey(new byte[] {7}), "img:1", 3, 1, 2, 4, 5, 6, 7, 8, 9, 10)));

        NodeSummary node = client.ask("/RunnerProtocol/Status2", Struct.getDefaultInstance(), RunnerStatus.parser())
                .getNode();

        assertThat(node.getNodeId()).isEqualTo(IngressRig.NODE);
        assertThat(node.getEngine()).isEqualTo("process");
        assertThat(node.getDraining()).isTrue();
        assertThat(node.getMemoryTotalBytes()).isEqualTo(100);
        assertThat(node.getMemoryUsedBytes()).isEqualTo(40);
        assertThat(node.getCpuTotalMillis()).isEqualTo(4000);
        assertThat(node.getCpuUsedMillis()).isEqualTo(1500);
        assertThat(node.getSlots(0).getSlotHashId().toByteArray()).isEqualTo(new byte[] {7});
        assertThat(node.getSlots(0).getIdle()).isEqualTo(3);
        assertThat(node.getSlots(0).getPaused()).isEqualTo(1);
        assertThat(node.getSlots(0).getBusy()).isEqualTo(2);
        assertThat(node.getSlots(0).getStarting()).isEqualTo(4);
        assertThat(node.getSlots(0).getWaiting()).isEqualTo(5);
        assertThat(node.getSlots(0).getKept()).isEqualTo(8);
        assertThat(node.getSlots(0).getConcurrency()).isEqualTo(9);
        assertThat(node.getSlots(0).getCalls()).isEqualTo(10);
        assertThat(node.getSlotsLeftOut()).isZero();
    }

    private static MultiMap why(String encoded) {
        return MultiMap.caseInsensitiveMultiMap().add("berth-why-bin", encoded);
    }

    private RunnerStatus askWhy(String callId) throws InvalidProtocolBufferException {
        String id = Base64.getEncoder().withoutPadding().encodeToString(callId.getBytes(StandardCharsets.UTF_8));
        EngageCall.Result result = client.call(STATUS, Empty.getDefaultInstance(), why(id));
        return RunnerStatus.parseFrom(result.payloads().get(0).getBytes());
    }

    @Test
    void statusTellsOfOneCallIfAskedToAndOfNothingElse() throws Exception {
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);
        rig.client.engage().tryCall(IngressRig.MODEL).result();

        RunnerStatus status = askWhy("call-1");

        WhyRecord told = status.getWhy().getTold(0);
        assertThat(told.getNode()).isEqualTo(IngressRig.NODE);
        assertThat(told.getText()).startsWith("call-1 not run (503)");
        assertThat(new JsonObject(told.getJson()).getString("id")).isEqualTo("call-1");
        assertThat(status.hasNode()).isFalse();
        assertThat(status.getRequestsReceived()).isZero();
        rig.assertNothingLeft();
    }

    @Test
    void statusSaysWhyNothingIsKnownOfACall() throws Exception {
        WhyAnswer answer = askWhy("nöbody").getWhy();

        assertThat(answer.getToldCount()).isZero();
        assertThat(answer.getMiss()).isEqualTo("never here, or still running: nothing is kept yet");
    }

    @Test
    void whoeverDoesNotAskHearsNothingOfCalls() {
        assertThat(client.ask(STATUS, Empty.getDefaultInstance(), RunnerStatus.parser())
                        .hasWhy())
                .isFalse();
    }

    @Test
    void anIdThatIsNotBase64IsRefused() {
        EngageCall.Result result = client.call(STATUS, Empty.getDefaultInstance(), why("*"));

        assertThat(result.status()).isEqualTo("3");
    }

    @Test
    void statusAnswersWithoutARegistry() {
        Await.of(rig.vertx.undeploy(rig.registry.deploymentID()));

        RunnerStatus status = client.ask(STATUS, Empty.getDefaultInstance(), RunnerStatus.parser());

        assertThat(status.getNode().getNodeId()).isEqualTo(IngressRig.NODE);
        assertThat(status.getNode().getMemoryTotalBytes()).isZero();
    }

    @Test
    void withoutARegistryCallsAreRefused() {
        Await.of(rig.vertx.undeploy(rig.registry.deploymentID()));

        EngageCall.Result result = rig.client.engage().tryCall(IngressRig.MODEL).result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        rig.assertNothingLeft();
    }

    @Test
    void unaryRequestsWithoutAMessageOrWithOneThatIsTooLargeFail() {
        EngageCall empty = Await.of(rig.client.open(STATUS, NO_HEADERS)).halfClose();
        EngageCall large = Await.of(rig.client.open(STATUS, NO_HEADERS));
        large.raw(0, new byte[Oversize.MAX_SMALL_MESSAGE + 1]);

        assertThat(empty.result().status()).isEqualTo("13");
        assertThat(large.result().status()).isEqualTo("8");
        assertThat(large.result().text()).contains("65537 vs. 65536");
    }

    @Test
    void configureRunnerAppliesTheLogLevelAndLeavesTheRestAlone() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        try (LoggedLines log = LoggedLines.of(ConfigureRunner.class)) {
            client.ask(
                    "/RunnerProtocol/ConfigureRunner",
                    ConfigMsg.newBuilder()
                            .putConfig("log.level", "warn")
                            .putConfig("other", "x")
                            .putConfig("third", "x")
                            .build(),
                    ConfigStatus.parser());

            assertThat(root.getLevel()).isEqualTo(Level.WARN);
            assertThat(log.warnings()).containsExactly("settings cannot be changed at run time, ignored");
        } finally {
            root.setLevel(before);
        }
    }

    @Test
    void streamLogsSaysThatThereAreNone() {
        EngageCall.Result result = Await.of(rig.client.open("/RunnerProtocol/StreamLogs", NO_HEADERS))
                .result();

        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("runner not configured with logStreamer");
    }

    @Test
    void healthIsServingUntilTheNodeDrains() {
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        assertThat(check("RunnerProtocol")).isEqualTo(ServingStatus.SERVING);
        assertThat(client.call(
                                HEALTH_CHECK,
                                HealthCheckRequest.newBuilder().setService("x").build())
                        .status())
                .isEqualTo("5");

        rig.counters.drain(() -> {});

        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(check("RunnerProtocol")).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void healthWatchersAreToldOfTheDrainAndForgottenWhenTheyGo() throws Exception {
        EngageCall watcher = Await.of(rig.client.open("/grpc.health.v1.Health/Watch", NO_HEADERS));
        watcher.raw(0, HealthCheckRequest.getDefaultInstance().toByteArray());
        EngageCall gone = Await.of(rig.client.open("/grpc.health.v1.Health/Watch", NO_HEADERS));
        gone.raw(0, HealthCheckRequest.getDefaultInstance().toByteArray());
        gone.nextPayload();
        gone.cancel();
        assertThat(HealthCheckResponse.parseFrom(watcher.nextPayload().getBytes())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
        Await.until(rig.ingress.context(), "one watcher left", () -> rig.ingress.pending() == 1);

        rig.counters.drain(() -> {});

        assertThat(HealthCheckResponse.parseFrom(watcher.nextPayload().getBytes())
                        .getStatus())
                .isEqualTo(ServingStatus.NOT_SERVING);
        watcher.cancel();
        rig.assertNothingLeft();
    }

    private ServingStatus check(String service) {
        return client.ask(
                        HEALTH_CHECK,
                        HealthCheckRequest.newBuilder().setService(service).build(),
                        HealthCheckResponse.parser())
                .getStatus();
    }

    @Test
    void reflectionListsTheServices() throws Exception {
        EngageCall call =
                Await.of(rig.client.open("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", NO_HEADERS));
        call.raw(
                0,
                ServerReflectionRequest.newBuilder()
                        .setListServices("*")
                        .build()
                        .toByteArray());

        ServerReflectionResponse response =
                ServerReflectionResponse.parseFrom(call.nextPayload().getBytes());

        assertThat(response.getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains("RunnerProtocol", "grpc.health.v1.Health");
        call.cancel();
    }

    @Test
    void whileDrainingNewCallsAreRefusedAndRunningOnesEnd() {
        rig.worker.script = FakeWorker::swallow;
        EngageCall running = rig.client.engage().tryCall(IngressRig.MODEL).data("x", false);
        Await.next(rig.worker.calls);
        boolean[] idle = new boolean[1];

        rig.counters.drain(() -> idle[0] = true);
        EngageCall.Result refused = rig.client.engage().tryCall("not even JSON").result();

        assertThat(refused.finished().getErrorCode()).isEqualTo(503);
        assertThat(idle[0]).isFalse();
        running.cancel();
        rig.assertNothingLeft();
        assertThat(idle[0]).isTrue();
    }
}
