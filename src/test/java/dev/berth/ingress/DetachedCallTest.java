package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.CallEnd;
import dev.berth.error.ErrorCode;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DetachedCallTest {
    private static final String MODEL = "{\"id\":\"call-1\",\"image\":\"img:1\",\"type\":\"detached\"}";

    private IngressRig rig;

    @AfterEach
    void stop() {
        rig.assertNothingLeft();
        rig.close();
    }

    @Test
    void isAcknowledgedWhenItsSlotIsWonAndItsOutputIsDropped() throws Exception {
        rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED);

        EngageCall call = rig.client.engage().tryCall(MODEL);
        HttpRespMeta ack = RunnerMsg.parseFrom(call.nextPayload().getBytes())
                .getResultStart()
                .getHttp();
        EngageCall.Result result = call.data("body", true).result();

        assertThat(ack.getStatusCode()).isEqualTo(202);
        assertThat(ack.getHeadersCount()).isZero();
        assertThat(result.messages()).hasSize(2);
        assertThat(result.finished().getSuccess()).isTrue();
    }

    @Test
    void isRefusedUnlessSwitchedOn() {
        rig = new IngressRig();

        EngageCall.Result result = rig.client.engage().tryCall(MODEL).result();

        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(501);
        assertThat(result.finished().getErrorStr()).isEqualTo("Detach call functions are not supported on this server");
        assertThat(result.finished().getDetails()).isEqualTo("call-1");
        assertThat(result.finished().getImage()).isEqualTo("img:1");
    }

    @Test
    void isRefusedAsUsualBeforeTheAcknowledgement() {
        rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED);
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);

        EngageCall.Result result = rig.client.engage().tryCall(MODEL).result();

        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
    }

    @Test
    void isNeverRefusedAfterTheAcknowledgement() {
        rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED);
        rig.worker.script = FakeWorker.fail(ErrorCode.SLOT_GONE);

        EngageCall.Result result =
                rig.client.engage().tryCall(MODEL).data("", true).result();

        assertThat(result.messages().stream().filter(RunnerMsg::hasResultStart)).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(500);
    }

    @Test
    void largeOutputDoesNotHoldItUp() {
        rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED);
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            int[] left = new int[] {200};
            Runnable produce = () -> {
                while (left[0] > 0 && !stream.outbound().writeQueueFull()) {
                    stream.outbound().write(Buffer.buffer(new byte[10_000]));
                    left[0]--;
                }
                if (left[0] == 0) {
                    left[0] = -1;
                    stream.finish(new CallEnd(null));
                }
            };
            stream.outbound().drainHandler(v -> produce.run());
            produce.run();
        };

        assertThat(rig.client.engage().tryCall(MODEL).data("", true).result().messages())
                .hasSize(2);
    }
}
