package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.stream.FrameStream;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients can make the node hold: never more than its budget, and all of it is given back. */
final class ClientBudgetTest {
    private static final int MIB = 1 << 20;
    private static final int BUDGET = 8 * MIB;
    private IngressRig rig = new IngressRig(IngressRig.grpc(IngressRig.limits(BUDGET), null), IngressRig.CALLS);

    @AfterEach
    void stop() {
        rig.close();
    }

    private void restart(Duration openTimeout) {
        rig.close();
        rig = new IngressRig(
                IngressRig.grpc(new dev.berth.config.GrpcConfig.Limits(BUDGET, 1000, openTimeout), null),
                IngressRig.CALLS);
    }

    private static int refused(List<EngageCall> calls) {
        int refused = 0;
        for (EngageCall call : calls) {
            if (call.future().isComplete()) {
                assertThat(call.result().finished().getErrorCode()).isEqualTo(503);
                refused++;
            }
        }
        return refused;
    }

    @Test
    @Rule("transport-budget")
    void uploadsThatWaitBeyondTheBudgetAreRefusedAndHaveRunNothing() {
        rig.registry.onAcquire = acquire -> {};
        List<EngageCall> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
            for (int frame = 0; frame < 30; frame++) {
                call.data(new byte[10 * 1024], false);
            }
            calls.add(call);
        }
        Await.until(rig.ingress.context(), "some are refused", () -> refused(calls) > 20);

        assertThat(rig.budget.taken()).isLessThanOrEqualTo(BUDGET).isGreaterThan(BUDGET / 2);
        assertThat(rig.worker.calls).isEmpty();
        rig.registry.next(CancelAcquire.class);
        calls.forEach(EngageCall::cancel);
        rig.assertOthersAreServed();
        Await.until(rig.ingress.context(), "all is given back by the runner itself", () -> rig.budget.taken() == 0);
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-budget")
    void statusAndHealthAnswerWhileWaitingUploadsHaveTakenAllTheyMay() {
        rig.registry.onAcquire = acquire -> {};
        List<EngageCall> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
            for (int frame = 0; frame < 30; frame++) {
                call.data(new byte[10 * 1024], false);
            }
            calls.add(call);
        }
        Await.until(rig.ingress.context(), "some are refused", () -> refused(calls) > 20);

        rig.assertStatusAndHealthAnswer();
        assertThat(rig.budget.taken()).isLessThanOrEqualTo(BUDGET);
        calls.forEach(EngageCall::cancel);
        rig.assertNothingLeft();
    }

    @Test
    void statusAndHealthAnswerWhileThereIsRoomForNoFurtherStream() {
        rig.registry.onAcquire = acquire -> {};
        List<EngageCall> calls = new ArrayList<>();
        for (int i = 0; i < BUDGET / 4 * 3 / ClientStreams.STREAM_BYTES + 100; i++) {
            calls.add(rig.client.engage().tryCall(IngressRig.MODEL));
        }
        Await.until(rig.ingress.context(), "some are refused", () -> refused(calls) > 20);

        rig.assertStatusAndHealthAnswer();
        assertThat(rig.budget.taken()).isLessThanOrEqualTo(BUDGET);
        calls.forEach(EngageCall::cancel);
        rig.assertNothingLeft();
    }

    @Test
    void aUploadThatWaitsHoldsNoMoreThanItsWindows() {
        rig.registry.onAcquire = acquire -> {};
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        for (int frame = 0; frame < 200; frame++) {
            call.data(new byte[10 * 1024], false);
        }
        Await.until(rig.ingress.context(), "it is held back", () -> call.request.writeQueueFull());
        rig.client.engage().tryCall("{}").result();

        assertThat(rig.budget.taken()).isBetween(64L * 1024, 2L * MIB);
        call.cancel();
        rig.assertNothingLeft();
    }

    @Test
    void framesOfOneByteCostAWaitingCallNoMoreThanOthers() {
        rig.registry.onAcquire = acquire -> {};
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        rig.registry.next(AcquireSlot.class);
        Buffer frame = Buffer.buffer(EngageCall.frame(new byte[20_000], false).toByteArray());
        Buffer message =
                Buffer.buffer().appendByte((byte) 0).appendInt(frame.length()).appendBuffer(frame);
        for (int at = 0; at < message.length(); at++) {
            call.request.write(message.getBuffer(at, at + 1));
        }
        call.data("", true);
        List<AcquireSlot> more = Collections.synchronizedList(new ArrayList<>());
        rig.registry.onAcquire = more::add;
        rig.client.engage().tryCall("{}").result();
        assertThat(rig.budget.taken()).isLessThanOrEqualTo(2L * MIB);

        call.cancel();
        rig.assertNothingLeft();
    }

    @Test
    void halfMessagesBeyondTheBudgetAreRefused() {
        List<EngageCall> calls = new ArrayList<>();
        Buffer half = Buffer.buffer().appendByte((byte) 0).appendInt(4 * MIB).appendBytes(new byte[2 * MIB]);
        for (int i = 0; i < 12; i++) {
            EngageCall call = rig.client.engage();
            call.request.write(half);
            calls.add(call);
        }
        Await.until(rig.ingress.context(), "some are refused", () -> refused(calls) > 4);

        assertThat(rig.budget.taken()).isLessThanOrEqualTo(BUDGET);
        calls.forEach(EngageCall::cancel);
        rig.assertOthersAreServed();
        rig.assertNothingLeft();
    }

    @Test
    void documentsThatWaitBeyondTheBudgetAreRefused() {
        rig.registry.onAcquire = acquire -> {};
        String value = "\":\"" + "x".repeat(100_000) + "\"";
        String config =
                "\"config\":{\"A" + String.join(",\"", value, "B" + value, "C" + value, "D" + value, "E" + value);
        String large = IngressRig.MODEL.replace("\"app_id\"", config + "},\"app_id\"");
        List<EngageCall> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(rig.client.engage().tryCall(large));
        }
        Await.until(rig.ingress.context(), "some are refused", () -> refused(calls) > 10);

        assertThat(rig.budget.taken()).isLessThanOrEqualTo(BUDGET);
        calls.forEach(EngageCall::cancel);
        rig.assertOthersAreServed();
        rig.assertNothingLeft();
    }

    @Test
    void aDocumentThatNeverFitsIsItsCallersFault() {
        StringBuilder config = new StringBuilder("\"config\":{\"A\":\"\"");
        for (int i = 0; i < 60_000; i++) {
            config.append(",\"").append(i).append("\":\"\"");
        }

        EngageCall.Result result = rig.client
                .engage()
                .tryCall(IngressRig.MODEL.replace("\"app_id\"", config + "},\"app_id\""))
                .result();

        assertThat(result.finished().getErrorCode()).isEqualTo(400);
        assertThat(result.finished().getErrorStr()).contains("too large for this runner");
        rig.assertNothingLeft();
    }

    @Test
    void streamsBeyondTheBudgetAreTurnedAway() {
        int room = BUDGET / 4 * 3 / ClientStreams.STREAM_BYTES;
        // Two, for this client library gives up a connection on which 200 streams were reset.
        EngageClient flood = new EngageClient(rig.vertx, rig.ingress.port());
        EngageClient more = new EngageClient(rig.vertx, rig.ingress.port());
        List<EngageCall> calls = new ArrayList<>();
        for (int i = 0; i < room + 200; i++) {
            calls.add((i % 2 == 0 ? flood : more).engage());
        }
        Await.until(rig.ingress.context(), "those beyond are refused", () -> refused(calls) >= 200);

        assertThat(rig.budget.taken()).isLessThanOrEqualTo(BUDGET);
        assertThat(Await.of(flood.open("/RunnerProtocol/Status", MultiMap.caseInsensitiveMultiMap()))
                        .result()
                        .status())
                .isEqualTo("8");
        assertThat(refused(calls)).isLessThanOrEqualTo(200 + 64);
        rig.assertOthersAreServed();
        flood.close();
        more.close();
        Await.until(
                rig.ingress.context(),
                "streams closed",
                () -> rig.ingress.clients().open() == 0);
        rig.assertOthersAreServed();
        rig.assertNothingLeft();
    }

    @Test
    @Rule("engage-try-overdue")
    void aStreamWhoseCallDoesNotComeIsEnded() {
        restart(Duration.ofMillis(300));
        EngageCall silent = rig.client.engage();
        EngageCall trickles = rig.client.engage();
        trickles.request.write(
                Buffer.buffer().appendByte((byte) 0).appendInt(4 * MIB).appendByte((byte) 1));

        assertThat(silent.result().finished().getErrorCode()).isEqualTo(503);
        assertThat(trickles.result().finished().getErrorCode()).isEqualTo(503);
        rig.assertNothingLeft();
        Await.until(
                rig.ingress.context(),
                "streams closed",
                () -> rig.ingress.clients().open() == 0);
    }

    @Test
    void aRunningUploadOfASlowFunctionGoesOnWhenWaitingCallsHaveTakenAllTheyMay() {
        BlockingQueue<FrameStream> streams = new LinkedBlockingQueue<>();
        long[] read = new long[1];
        rig.worker.script = stream -> {
            stream.inbound().handler(bytes -> read[0] += bytes.length());
            stream.inbound().pause();
            stream.inbound().endHandler(v -> {
                FakeWorker.head(stream);
                stream.finish(new CallEnd(null));
            });
            streams.add(stream);
        };
        EngageCall running = rig.client.engage().tryCall(IngressRig.MODEL);
        FrameStream stream = Await.next(streams);
        rig.registry.onAcquire = acquire -> {};
        List<EngageCall> waiting = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
            for (int frame = 0; frame < 30; frame++) {
                call.data(new byte[10 * 1024], false);
            }
            waiting.add(call);
        }
        Await.until(rig.ingress.context(), "waiting calls are refused", () -> refused(waiting) > 0);

        for (int frame = 0; frame < 40; frame++) {
            running.data(new byte[10 * 1024], false);
        }
        running.data("", true);
        rig.client.engage().tryCall("{}").result();
        rig.worker.run(() -> stream.inbound().resume());

        assertThat(running.result().finished().getSuccess()).isTrue();
        assertThat(read[0]).isEqualTo(40 * 10 * 1024);
        waiting.forEach(EngageCall::cancel);
        rig.assertNothingLeft();
    }

    @Test
    @Raises(ErrorCode.RESPONSE_HEADER_TOO_BIG)
    @Rule("engage-message-limit")
    void headersThatMakeAMessageNoBalancerTakesAreTheFunctionsFault() {
        List<List<Header>> heads = List.of(
                List.of(new Header("X-Large", "x".repeat(5 * MIB))),
                Collections.nCopies(600_000, new Header("a", "b")));
        for (List<Header> headers : heads) {
            rig.worker.script = stream -> {
                stream.inbound().handler(bytes -> {});
                stream.note(new ResponseHead(200, headers));
            };

            EngageCall.Result result =
                    rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

            assertThat(result.status()).isEqualTo("0");
            assertThat(result.finished().getErrorCode()).isEqualTo(502);
            assertThat(result.finished().getErrorStr()).isEqualTo("function response header too large");
            assertThat(result.finished().getErrorUser()).isTrue();
            assertThat(result.messages()).hasSize(1);
            assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
        }
        rig.assertNothingLeft();
    }

    @Test
    void headersThatJustFitArrive() {
        rig.worker.script = stream -> {
            stream.note(new ResponseHead(200, List.of(new Header("X-Large", "x".repeat(2 * MIB)))));
            stream.finish(new CallEnd(null));
        };

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(result.finished().getSuccess()).isTrue();
        assertThat(result.messages()
                        .get(0)
                        .getResultStart()
                        .getHttp()
                        .getHeaders(0)
                        .getValue())
                .hasSize(2 * MIB);
        rig.assertNothingLeft();
    }

    @Test
    void aClosingMessageIsOneThatABalancerTakes() {
        String text = "x".repeat(3 * MIB / 2);
        String model = IngressRig.MODEL.replace("call-1", text);
        rig.close();
        rig = new IngressRig();
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);

        EngageCall.Result result = rig.client.engage().tryCall(model).result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.payloads().get(0).length()).isLessThan(MIB);
        EngageCall.Result refused =
                rig.client.engage().tryCall(model.replace("img:1", text)).result();
        assertThat(refused.finished().getErrorCode()).isEqualTo(400);
        assertThat(refused.payloads().get(0).length()).isLessThan(MIB);
        rig.assertNothingLeft();
    }
}
