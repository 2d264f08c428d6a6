package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.CallEnd;
import dev.berth.call.ContainerTimings;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that lose their slot or worker, or whose function fails, before or while they are answered. */
final class EngageFaultsTest {
    private IngressRig rig;

    @BeforeEach
    void start() {
        rig = new IngressRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aCallWhoseWorkerIsNotThereIsRunByAnother() {
        AtomicInteger asked = new AtomicInteger();
        rig.registry.onAcquire = acquire -> {
            if (asked.getAndIncrement() < 2) {
                rig.registry.grant(acquire, ContainerTimings.NONE, Addresses.worker("nobody", 7));
            } else {
                rig.registry.grant(acquire);
            }
        };

        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("whole", true)
                .result();

        assertThat(result.body()).isEqualTo("whole");
        assertThat(asked).hasValue(3);
        rig.assertNothingLeft();
    }

    @Test
    void aCallThatNoWorkerIsThereForIsRefused() {
        rig.registry.onAcquire =
                acquire -> rig.registry.grant(acquire, ContainerTimings.NONE, Addresses.worker("nobody", 7));

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.finished().getErrorStr()).isEqualTo("Timed out - server too busy");
        assertThat(rig.worker.calls).isEmpty();
        rig.assertNothingLeft();
    }

    @Test
    void callThatLostItsSlotSendsItsWholeBodyAgain() {
        int[] attempts = new int[1];
        rig.worker.script = stream -> {
            if (++attempts[0] <= 2) {
                stream.inbound().pause();
                rig.vertx.setTimer(50, late -> stream.finish(new CallEnd(ErrorCode.SLOT_GONE.exception())));
            } else {
                FakeWorker.echo(stream);
            }
        };
        StringBuilder sent = new StringBuilder();
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        for (int i = 0; i < 30_000; i++) {
            String piece = i + ",";
            sent.append(piece);
            if (i % 100 == 99) {
                call.data(sent.substring(sent.length() - lastHundred(i)), false);
            }
        }

        EngageCall.Result result = call.data("", true).result();

        assertThat(result.body()).isEqualTo(sent.toString());
        rig.assertNothingLeft();
    }

    private static int lastHundred(int last) {
        int length = 0;
        for (int i = last - 99; i <= last; i++) {
            length += Integer.toString(i).length() + 1;
        }
        return length;
    }

    @Test
    @Rule("slot-taken-once")
    void callThatTheWorkerTookIsNotRunAgain() {
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            stream.finish(new CallEnd(ErrorCode.SLOT_GONE.exception()));
        };

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(rig.worker.calls).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(500);
        rig.assertNothingLeft();
    }

    @Test
    @Raises(ErrorCode.PEER_LOST)
    void lostWorkerIsReportedAndNeverAsARefusal() {
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            stream.outbound().write(Buffer.buffer("part"));
            stream.cancel(ErrorCode.PEER_LOST.exception());
        };

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.body()).isEqualTo("part");
        assertThat(result.finished().getSuccess()).isFalse();
        assertThat(result.finished().getErrorCode()).isEqualTo(500);
        rig.assertNothingLeft();
    }

    @Test
    void failureWhileStreamingFollowsWhatWasSent() {
        rig.worker.script = stream -> {
            FakeWorker.head(stream);
            stream.outbound().write(Buffer.buffer("part"));
            stream.finish(new CallEnd(ErrorCode.CALL_TIMEOUT.exception()));
        };

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(result.body()).isEqualTo("part");
        assertThat(result.finished().getErrorCode()).isEqualTo(504);
        assertThat(result.finished().getErrorUser()).isTrue();
    }

    @Test
    void answerMayEndWhileTheClientStillSends() {
        rig.worker.script = FakeWorker.fail(ErrorCode.PREMATURE_WRITE);
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);

        EngageCall.Result result = call.data(new byte[10], false).result();
        for (int i = 0; i < 300; i++) {
            call.data(new byte[10 * 1024], false);
        }
        call.data("", true);

        assertThat(result.finished().getErrorCode()).isEqualTo(502);
        assertThat(rig.client.engage().tryCall("{}").result().finished().getErrorCode())
                .isEqualTo(400);
        rig.assertNothingLeft();
    }
}
