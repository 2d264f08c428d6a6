package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.error.ErrorCode;
import dev.berth.proto.CallFinished;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a stop of the node does to Engage streams. */
final class StopStreamsTest {
    private final Promise<Void> idle = Promise.promise();
    private final IngressRig rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED);

    /** Whatever the stop found: all streams end, and the node hears of it. */
    @AfterEach
    void nothingIsLeft() {
        Await.of(idle.future());
        rig.assertNothingLeft();
        rig.close();
    }

    private void drain() {
        rig.counters.drain(idle::tryComplete);
    }

    private void stopNow() {
        drain();
        rig.counters.cutOff();
    }

    private void assertCutOff(EngageCall.Result result) {
        CallFinished finished = result.finished();
        assertThat(result.status()).isEqualTo("0");
        assertThat(finished.getErrorCode()).isEqualTo(500);
        assertThat(finished.getErrorStr()).isEqualTo(ErrorCode.CUT_OFF.text());
        assertThat(finished.getErrorUser()).isFalse();
        assertThat(rig.counters.callsCutOff()).isEqualTo(1);
    }

    @Test
    void aStreamWithoutACallIsRefusedWhenADrainBegins() {
        EngageCall open = rig.client.engage();
        Await.until(rig.ingress.context(), "open", () -> rig.counters.active() == 1);

        drain();

        assertThat(open.result().messages()).hasSize(1);
        assertThat(open.result().finished().getErrorCode()).isEqualTo(503);
    }

    @Test
    void aHalfMessageIsNoCall() {
        EngageCall open = rig.client.engage();
        open.request.write(Buffer.buffer().appendByte((byte) 0).appendInt(1000).appendBytes(new byte[10]));
        Await.until(rig.ingress.context(), "open", () -> rig.counters.active() == 1);

        drain();

        assertThat(open.result().finished().getErrorCode()).isEqualTo(503);
    }

    @Test
    void aDrainLeavesCallsAlone() {
        rig.worker.script = FakeWorker::count;
        EngageCall running = rig.client.engage().tryCall(IngressRig.MODEL);
        Await.next(rig.worker.calls);

        drain();

        assertThat(running.data("abc", true).result().body()).isEqualTo("got 3");
        assertThat(rig.counters.callsCutOff()).isZero();
    }

    @Test
    void aCallThatWaitsIsRefusedAtTheLimit() {
        rig.registry.onAcquire = acquire -> {};
        EngageCall waiting = rig.client.engage().tryCall(IngressRig.MODEL);
        Await.until(rig.ingress.context(), "waiting", () -> rig.ingress.pending() == 1);

        stopNow();

        assertThat(waiting.result().messages()).hasSize(1);
        assertThat(waiting.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(rig.registry.next(CancelAcquire.class)).isNotNull();
        assertThat(rig.counters.callsCutOff()).isZero();
    }

    @Test
    void aCallThatRunsIsCutOffAtTheLimitAndItsWorkerHearsOfIt() {
        rig.worker.script = FakeWorker::swallow;
        EngageCall running = rig.client.engage().tryCall(IngressRig.MODEL).data("x", false);
        Await.next(rig.worker.calls);

        stopNow();

        assertCutOff(running.result());
        assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void anAnswerThatHasBegunIsCutOffAfterWhatWasSentOfIt() throws Exception {
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            stream.outbound().write(Buffer.buffer("half"));
        };
        EngageCall running = rig.client.engage().tryCall(IngressRig.MODEL).data("", true);
        assertThat(RunnerMsg.parseFrom(running.nextPayload().getBytes()).hasResultStart())
                .isTrue();
        assertThat(RunnerMsg.parseFrom(running.nextPayload().getBytes()).hasData())
                .isTrue();

        stopNow();

        assertThat(running.result().body()).isEqualTo("half");
        assertCutOff(running.result());
    }

    @Test
    void anAcknowledgedDetachedCallIsCutOffToo() throws Exception {
        rig.worker.script = FakeWorker::swallow;
        EngageCall running = rig.client
                .engage()
                .tryCall(IngressRig.MODEL.replace("\"timeout\"", "\"type\":\"detached\",\"timeout\""))
                .data("", true);
        assertThat(RunnerMsg.parseFrom(running.nextPayload().getBytes()).hasResultStart())
                .isTrue();

        stopNow();

        assertCutOff(running.result());
    }
}
