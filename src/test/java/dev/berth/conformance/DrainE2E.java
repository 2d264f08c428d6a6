package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.SlotSummary;
import io.vertx.core.Promise;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.junit.jupiter.api.Test;

/** A runner that is told to stop while calls run and wait. */
@OnRunner(Profile.DRAINED)
final class DrainE2E {
    @Test
    @Rule("drain-new")
    @Rule("drain-waiting")
    @Rule("drain-running")
    @Rule("drain-goaway")
    @Rule("health-draining")
    void newAndWaitingCallsAreRefusedAndRunningOnesEnd(LiveRunner runner) throws Exception {
        Promise<Void> closed = Promise.promise();
        runner.client().connection.closeHandler(closed::complete);
        EngageCall watch = runner.open("/grpc.health.v1.Health/Watch");
        watch.raw(0, HealthCheckRequest.getDefaultInstance().toByteArray());
        assertThat(next(watch)).isEqualTo(ServingStatus.SERVING);
        EngageCall running =
                runner.start(CallDoc.of("read; sleep 3000; send ok")).data("", true);
        runner.await(
                "running", status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getBusy() == 1));
        EngageCall waiting = runner.start(CallDoc.of("read; send ok").config("ENABLE_INIT_DELAY_MSEC", "4000"));
        runner.await(
                "starting",
                status -> status.getNode().getSlotsList().stream()
                                .mapToInt(SlotSummary::getStarting)
                                .sum()
                        == 1);

        runner.process().stop();

        assertThat(next(watch)).isEqualTo(ServingStatus.NOT_SERVING);
        EngageCall late = runner.client().engage().tryCall("not even JSON");
        assertThat(late.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(waiting.result().messages()).hasSize(1);
        assertThat(waiting.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(running.result().body()).isEqualTo("ok");
        Await.of(closed.future());
        runner.process().awaitEnd();
    }

    private static ServingStatus next(EngageCall watch) throws Exception {
        return HealthCheckResponse.parseFrom(watch.nextPayload().getBytes()).getStatus();
    }
}
