package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.ConfigMsg;
import dev.berth.proto.ConfigStatus;
import dev.berth.proto.RunnerStatus;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import org.junit.jupiter.api.Test;

/** The methods besides Engage. */
@OnRunner
final class MethodsE2E {
    private static final String CHECK = "/grpc.health.v1.Health/Check";

    @Test
    @Rule("status-counters")
    @Rule("status-fresh")
    void countersTellOpenReceivedAndHandledStreams(LiveRunner runner) {
        RunnerStatus before = runner.await("quiet", status -> status.getActive() == 0);

        runner.run(CallDoc.of("read; send ok"));
        runner.start(CallDoc.of(""), "0n").result();
        EngageCall open = runner.client().engage();

        RunnerStatus after = runner.await("one open", status -> status.getActive() == 1);
        assertThat(after.getRequestsReceived() - before.getRequestsReceived()).isEqualTo(3);
        assertThat(after.getRequestsHandled() - before.getRequestsHandled()).isEqualTo(1);
        open.cancel();
    }

    @Test
    @Rule("status-node")
    void nodeTellsWhatItHasReady(LiveRunner runner) {
        runner.run(CallDoc.of("read; send ok").config("STATUS", "node"));

        RunnerStatus status = runner.await(
                "idle", now -> now.getNode().getSlotsList().stream().anyMatch(slot -> slot.getIdle() > 0));
        assertThat(status.getNode().getMemoryTotalBytes()).isPositive();
        assertThat(status.getNode().getMemoryUsedBytes()).isGreaterThanOrEqualTo((long) CallDoc.MEMORY_MIB << 20);
        assertThat(status.getNode().getEngine()).isNotEmpty();
    }

    @Test
    @Rule("status-plain")
    void withoutAStatusImageNothingIsRun(LiveRunner runner) {
        for (RunnerStatus status : new RunnerStatus[] {
            runner.methods().ask("/RunnerProtocol/Status", Empty.getDefaultInstance(), RunnerStatus.parser()),
            runner.methods().ask("/RunnerProtocol/Status2", Struct.getDefaultInstance(), RunnerStatus.parser())
        }) {
            assertThat(status.getFailed()).isFalse();
            assertThat(status.getId()).isEmpty();
            assertThat(status.getDetails()).isEmpty();
            assertThat(status.getCreatedAt()).isEmpty();
            assertThat(status.getCustomStatusMap()).isEmpty();
        }
    }

    @Test
    @Rule("configure-level")
    @Rule("configure-ignored")
    void configureRunnerAnswersWhateverTheKeys(LiveRunner runner) {
        ConfigMsg config = ConfigMsg.newBuilder()
                .putConfig("log.level", "info")
                .putConfig("unknown", "x")
                .build();

        assertThat(runner.methods().ask("/RunnerProtocol/ConfigureRunner", config, ConfigStatus.parser()))
                .isEqualTo(ConfigStatus.getDefaultInstance());
        ConfigMsg bad = ConfigMsg.newBuilder().putConfig("log.level", "loudest").build();
        assertThat(runner.methods().call("/RunnerProtocol/ConfigureRunner", bad).status())
                .isEqualTo("0");
    }

    @Test
    @Rule("logs-none")
    void streamLogsSaysThatThereAreNone(LiveRunner runner) {
        EngageCall.Result result = runner.open("/RunnerProtocol/StreamLogs").result();

        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("runner not configured with logStreamer");
    }

    @Test
    @Rule("health-serving")
    void healthIsServing(LiveRunner runner) {
        for (String name : new String[] {"", "RunnerProtocol"}) {
            HealthCheckRequest request =
                    HealthCheckRequest.newBuilder().setService(name).build();
            assertThat(runner.methods()
                            .ask(CHECK, request, HealthCheckResponse.parser())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    @Rule("health-unknown")
    void otherNamesAreUnknown(LiveRunner runner) throws Exception {
        HealthCheckRequest request =
                HealthCheckRequest.newBuilder().setService("other").build();
        EngageCall watch = runner.open("/grpc.health.v1.Health/Watch");
        watch.raw(0, request.toByteArray());

        assertThat(runner.methods().call(CHECK, request).status()).isEqualTo("5");
        assertThat(HealthCheckResponse.parseFrom(watch.nextPayload().getBytes()).getStatus())
                .isEqualTo(ServingStatus.SERVICE_UNKNOWN);
        watch.cancel();
    }

    @Test
    @Rule("reflection-v1")
    void reflectionListsTheServices(LiveRunner runner) throws Exception {
        EngageCall call = runner.open("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
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
}
