package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.call.CallRequest;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Header;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.proto.CallFinished;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.RunnerMsg;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol's rules for one Engage stream, seen from the load balancer's side of a real connection. */
final class EngagementTest {
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
    void answersWithHeadBodyAndOneFinishedThenOkThoughTheClientNeverHalfCloses() {
        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("hello ", false)
                .data("world", true)
                .result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.messages().get(0).getResultStart().getHttp().getStatusCode())
                .isEqualTo(200);
        assertThat(result.messages().get(0).getResultStart().getHttp().getHeadersList())
                .extracting(HttpHeader::getKey, HttpHeader::getValue)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("X-One", "1"),
                        org.assertj.core.groups.Tuple.tuple("X-Two", "a"),
                        org.assertj.core.groups.Tuple.tuple("X-Two", "b"));
        assertThat(result.body()).isEqualTo("hello world");
        CallFinished finished = result.finished();
        assertThat(finished.getSuccess()).isTrue();
        assertThat(finished.getDetails()).isEqualTo("call-1");
        assertThat(finished.getImage()).isEqualTo("img:1");
        assertThat(finished.getErrorCode()).isZero();
        assertThat(finished.getErrorStr()).isEmpty();
        assertThat(finished.getCreatedAt()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(finished.getStartedAt()).isGreaterThanOrEqualTo(finished.getCreatedAt());
        assertThat(finished.getCompletedAt()).isGreaterThanOrEqualTo(finished.getStartedAt());
        assertThat(finished.getSchedulerDuration()).isPositive();
        assertThat(finished.getExecutionDuration()).isPositive();
        rig.assertNothingLeft();
    }

    @Test
    void handsTheWorkerTheCallWithoutHopByHopHeaders() {
        EngageCall call = rig.client
                .engage("fn_request_id", "rid-7")
                .tryCall(IngressRig.MODEL)
                .data("", true);

        assertThat(call.result().finished().getSuccess()).isTrue();
        CallRequest request = Await.next(rig.worker.calls);
        assertThat(request.callId()).isEqualTo("call-1");
        assertThat(request.requestId()).isEqualTo("rid-7");
        assertThat(request.headers()).containsExactly(new Header("X-A", "1"));
        assertThat(request.method()).isEqualTo("GET");
    }

    @Test
    void refusalIsOneFinishedWithCode503AndIsNotCountedAsHandled() {
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);

        EngageCall.Result result = rig.client.engage().tryCall(IngressRig.MODEL).result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.finished().getErrorStr()).isEqualTo("Timed out - server too busy");
        assertThat(result.finished().getErrorUser()).isFalse();
        assertThat(result.finished().getStartedAt()).isEmpty();
        rig.assertNothingLeft();
        assertThat(rig.counters.received()).isEqualTo(1);
        assertThat(rig.counters.handled()).isZero();
    }

    @Test
    void dataBeforeTryIsAProtocolFailure() {
        EngageCall.Result result = rig.client.engage().data("x", false).result();

        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("Protocol failure: expected ClientMsg_Try");
        assertThat(result.messages()).isEmpty();
        rig.assertNothingLeft();
    }

    @Test
    void emptyMessageBeforeTryIsAProtocolFailure() {
        EngageCall call = rig.client.engage();
        call.raw(0, new byte[0]);

        assertThat(call.result().text()).isEqualTo("Protocol failure: expected ClientMsg_Try");
        rig.assertNothingLeft();
    }

    @Test
    void halfCloseBeforeTryIsAProtocolFailure() {
        EngageCall.Result result = rig.client.engage().halfClose().result();

        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("Protocol failure: expected ClientMsg_Try");
        rig.assertNothingLeft();
    }

    @Test
    void secondTryBeforeEofAbortsTheCall() {
        rig.worker.script = FakeWorker::swallow;

        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("x", false)
                .tryCall(IngressRig.MODEL)
                .result();

        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("Protocol failure: expected ClientMsg_Data");
        assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
        rig.assertNothingLeft();
    }

    @Test
    @Rule("engage-truncated")
    void halfCloseBeforeEofAbortsTheCallAndNeverEndsItsBody() {
        rig.worker.script = FakeWorker::count;

        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("x", false)
                .halfClose()
                .result();

        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("Protocol failure: expected ClientMsg_Data");
        assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
        rig.assertNothingLeft();
    }

    @Test
    void whatFollowsEofIsIgnored() {
        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("a", true)
                .data("b", false)
                .tryCall("{}")
                .halfClose()
                .result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.body()).isEqualTo("a");
        assertThat(result.finished().getSuccess()).isTrue();
        rig.assertNothingLeft();
    }

    @Test
    void emptyFramesHaveNoEffect() {
        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("", false)
                .data("a", false)
                .data("", false)
                .data("", true)
                .result();

        assertThat(result.body()).isEqualTo("a");
        rig.assertNothingLeft();
    }

    @Test
    void malformedCallDocumentIsTheCallersFault() {
        EngageCall.Result result =
                rig.client.engage().tryCall("{\"memory\":-1}").result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getErrorCode()).isEqualTo(400);
        assertThat(result.finished().getErrorStr()).contains("memory");
        assertThat(result.finished().getDetails()).isEmpty();
        assertThat(result.finished().getErrorUser()).isFalse();
        rig.assertNothingLeft();
    }

    @Test
    void errorOfTheFunctionIsReportedWithItsCodeAndBlame() {
        rig.worker.script = FakeWorker.fail(ErrorCode.FUNCTION_FAILED);

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(502);
        assertThat(result.finished().getErrorStr()).isEqualTo("function failed");
        assertThat(result.finished().getErrorUser()).isTrue();
        assertThat(result.finished().getStartedAt()).isNotEmpty();
        rig.assertNothingLeft();
        assertThat(rig.counters.handled()).isEqualTo(1);
    }

    @Test
    void timingsOfTheContainerWaitedForAreReported() {
        rig.registry.onAcquire = acquire -> rig.registry.grant(acquire, new ContainerTimings(1, 2, 3, 4));

        CallFinished finished = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("", true)
                .result()
                .finished();

        assertThat(List.of(
                        finished.getImagePullWaitDuration(),
                        finished.getCtrPrepDuration(),
                        finished.getCtrCreateDuration(),
                        finished.getInitStartTime()))
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void cancelWhileWaitingWithdrawsTheWaiter() {
        rig.registry.onAcquire = acquire -> {};
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        AcquireSlot acquire = rig.registry.next(AcquireSlot.class);

        call.cancel();

        assertThat(rig.registry.next(CancelAcquire.class).ticket()).isEqualTo(acquire.ticket());
        rig.assertNothingLeft();
    }

    @Test
    @Rule("cancel-crossing")
    void grantThatCrossesACancelIsHandedBack() {
        rig.registry.onAcquire = acquire -> {};
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        AcquireSlot acquire = rig.registry.next(AcquireSlot.class);
        call.cancel();
        rig.registry.next(CancelAcquire.class);

        rig.registry.grant(acquire);

        assertThat(rig.registry.next(ReturnLease.class).containerId()).isEqualTo("container-1");
        rig.assertNothingLeft();
    }

    @Test
    void cancelWhileRunningTearsTheCallDown() {
        rig.worker.script = FakeWorker::swallow;
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL).data("x", false);
        Await.next(rig.worker.calls);

        call.cancel();

        assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
        rig.assertNothingLeft();
    }

    @Test
    void lostConnectionTearsDownWaitingAndRunningCalls() {
        rig.worker.script = FakeWorker::swallow;
        rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).halfClose();
        Await.next(rig.worker.calls);
        rig.registry.onAcquire = acquire -> {};
        rig.client.engage().tryCall(IngressRig.MODEL).data("x", false);
        rig.client.engage();
        rig.registry.next(AcquireSlot.class);
        rig.registry.next(AcquireSlot.class);

        Await.of(rig.client.connection.close());

        assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
        rig.registry.next(CancelAcquire.class);
        rig.assertNothingLeft();
    }

    @Test
    @Rule("slot-gone-again")
    void callGoesToAnotherContainerWhenItsSlotHasGone() {
        Consumer<dev.berth.stream.FrameStream> gone = FakeWorker.fail(ErrorCode.SLOT_GONE);
        int[] attempts = new int[1];
        rig.worker.script = stream -> {
            if (++attempts[0] < 3) {
                gone.accept(stream);
            } else {
                FakeWorker.echo(stream);
            }
        };

        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("all of it ", false)
                .data("once", true)
                .result();

        assertThat(result.finished().getSuccess()).isTrue();
        assertThat(result.body()).isEqualTo("all of it once");
        assertThat(result.messages().stream().filter(RunnerMsg::hasResultStart)).hasSize(1);
        rig.assertNothingLeft();
    }

    @Test
    @Rule("slot-gone-refused")
    @Raises(ErrorCode.SLOT_GONE)
    void callWhoseSlotsKeepVanishingIsRefusedInTheEnd() {
        rig.worker.script = FakeWorker.fail(ErrorCode.SLOT_GONE);

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).result();

        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        rig.assertNothingLeft();
        assertThat(rig.counters.handled()).isZero();
    }

    @Test
    void deadlineThatPassesWhileWaitingIsARefusal() {
        rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();
        rig.registry.seen.clear();
        rig.registry.onAcquire = acquire -> {};

        EngageCall.Result result = rig.client
                .engage("grpc-timeout", "1S")
                .tryCall(IngressRig.MODEL)
                .result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        rig.registry.next(CancelAcquire.class);
        rig.assertNothingLeft();
    }

    @Test
    void deadlineThatPassesBeforeTheTryIsARefusal() {
        EngageCall.Result result = rig.client.engage("grpc-timeout", "50m").result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.finished().getDetails()).isEmpty();
        rig.assertNothingLeft();
    }
}
