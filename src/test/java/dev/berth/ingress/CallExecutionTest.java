package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.CallEnd;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.bus.RunCall;
import dev.berth.call.CallFactory;
import dev.berth.call.CallModel;
import dev.berth.call.CallModelParser;
import dev.berth.call.ContainerTimings;
import dev.berth.call.ResponseHead;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.SlotFacts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call's way through slot and worker, with both played by the test, on one event loop. */
final class CallExecutionTest implements CallListener {
    private static final Duration GRACE = Duration.ofMillis(100);

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final List<RegistryMessage> asked = new ArrayList<>();
    private final List<RunCall> opened = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private FakeFrameStream stream = new FakeFrameStream(1000);
    private Future<Void> registry = Future.succeededFuture();
    private @Nullable RuntimeException linkFailure;
    private Consumer<String> onEvent = event -> {};

    private final SlotRequests slotRequests = new SlotRequests("me", (to, message) -> {
        asked.add(message);
        return registry;
    });
    private final WorkerLink workers = (worker, call, window) -> {
        if (linkFailure != null) {
            throw linkFailure;
        }
        opened.add(call);
        stream = new FakeFrameStream(1000);
        return stream;
    };

    @AfterEach
    void close() {
        Await.of(vertx.close());
    }

    private CallExecution start(Duration timeout, Deadline deadline) {
        CallFactory calls = new CallFactory(IngressRig.CALLS, null, 0);
        CallModel model = CallModelParser.parse(IngressRig.MODEL);
        CallOrder order = new CallOrder(
                "call-1",
                calls.spec(model, new byte[0], Map.of()),
                timeout,
                deadline,
                end -> calls.request(model, end, null));
        CallExecution execution = new CallExecution(
                new ExecutionParts(
                        vertx, slotRequests, Itinerary.Planner.only(Addresses.registry("node")), workers, GRACE),
                order,
                this);
        execution.start();
        return execution;
    }

    private SlotGranted grant(int nth) {
        AcquireSlot acquire = (AcquireSlot)
                asked.stream().filter(AcquireSlot.class::isInstance).toList().get(nth);
        return new SlotGranted(
                acquire.ticket(),
                "r",
                "w",
                "c" + nth,
                nth,
                Duration.ofMinutes(1),
                1000,
                new ContainerTimings(nth, 0, 0, 0),
                SlotFacts.HOT);
    }

    private void run(Runnable code) {
        Await.on(context, () -> {
            code.run();
            return true;
        });
    }

    private void until(String event) {
        Await.until(context, event, () -> events.contains(event));
    }

    @Test
    @Rule("deadline-worker-lost")
    void workerThatNeverAnswersIsGivenUpAfterTheDeadline() {
        run(() -> {
            start(Duration.ofMillis(50), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
        });

        until("end CALL_TIMEOUT");

        assertThat(stream.cancelled).isNotNull();
        assertThat(stream.cancelled.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
    }

    @Test
    void requestsDeadlineIsTheTimeoutFromTheSlotOrTheRpcsIfEarlier() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            start(Duration.ofSeconds(30), Deadline.in(Duration.ofSeconds(10)));
            slotRequests.onAnswer(grant(0));
            slotRequests.onAnswer(grant(1));
        });

        Instant now = Instant.now();
        assertThat(opened.get(0).request().deadline()).isBetween(now.plusSeconds(25), now.plusSeconds(31));
        assertThat(opened.get(1).request().deadline()).isBetween(now.plusSeconds(5), now.plusSeconds(11));
    }

    @Test
    void deadlineWhileWaitingWithdrawsAndRefuses() {
        run(() -> start(Duration.ofSeconds(30), Deadline.in(Duration.ofMillis(20))));

        until("end SERVER_BUSY");

        assertThat(asked).last().isInstanceOf(CancelAcquire.class);
        assertThat(slotRequests.waiting()).isZero();
    }

    @Test
    void slotThatComesAfterTheDeadlineIsHandedBack() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.in(0));
            slotRequests.onAnswer(grant(0));
        });

        assertThat(events).containsExactly("end SERVER_BUSY");
        assertThat(asked).last().isEqualTo(new ReturnLease("c0", 0));
        assertThat(opened).isEmpty();
    }

    @Test
    void slotIsHandedBackWhenItsWorkerCannotBeReached() {
        linkFailure = new IllegalStateException("no endpoint");

        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
        });

        assertThat(events).containsExactly("end INTERNAL");
        assertThat(asked).last().isEqualTo(new ReturnLease("c0", 0));
    }

    @Test
    void unreachableRegistryIsARefusal() {
        registry = Future.failedFuture("nobody there");

        run(() -> start(Duration.ofSeconds(30), Deadline.NONE));

        until("end SERVER_BUSY");
        assertThat(slotRequests.waiting()).isZero();
    }

    @Test
    void slotLostBeforeTheCallWasTakenIsAskedForAgain() {
        run(() -> {
            CallExecution execution = start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
            execution.write(Buffer.buffer("abc"));
            execution.endBody();
            stream.onFinish.handle(new CallEnd(ErrorCode.SLOT_GONE.exception()));
            slotRequests.onAnswer(grant(1));
        });

        assertThat(events).containsExactly("slot", "lost", "slot");
        assertThat(stream.sent).hasToString("abc");
        assertThat(stream.ends).isEqualTo(1);
        assertThat(opened).extracting(RunCall::containerId).containsExactly("c0", "c1");
    }

    @Test
    void waitForALostRegistryIsAWaitForNothing() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.nodeLost("another");
        });
        assertThat(slotRequests.waiting()).isEqualTo(1);

        run(() -> slotRequests.nodeLost("node"));
        assertThat(events).containsExactly("end SERVER_BUSY");
        assertThat(slotRequests.waiting()).isZero();
    }

    @Test
    void slotLostAfterAFirstSignIsTheEnd() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
            stream.onNote.handle(new ResponseHead(200, List.of()));
            stream.onFinish.handle(new CallEnd(ErrorCode.SLOT_GONE.exception()));
        });

        assertThat(events).containsExactly("slot", "head 200", "end SLOT_GONE");
    }

    @Test
    void slotsThatKeepVanishingAreNotAskedForWithoutEnd() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            for (int i = 0; i < 6; i++) {
                slotRequests.onAnswer(grant(i));
                stream.onFinish.handle(new CallEnd(ErrorCode.SLOT_GONE.exception()));
            }
        });

        assertThat(events).last().isEqualTo("end SLOT_GONE");
        assertThat(opened).hasSize(6);
        assertThat(slotRequests.waiting()).isZero();
    }

    @Test
    @Rule("slot-undelivered")
    void aCallThatNoWorkerWasThereToTakeIsPlacedAgainAndItsLeaseGivenBack() {
        run(() -> {
            CallExecution execution = start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
            execution.write(Buffer.buffer("abc"));
            execution.endBody();
            stream.onFailure.handle(ErrorCode.UNDELIVERED.exception());
            assertThat(asked).contains(new ReturnLease("c0", 0));
            slotRequests.onAnswer(grant(1));
        });

        assertThat(events).containsExactly("slot", "lost", "slot");
        assertThat(stream.sent).hasToString("abc");
        assertThat(stream.ends).isEqualTo(1);
        assertThat(opened).extracting(RunCall::containerId).containsExactly("c0", "c1");
    }

    @Test
    @Raises(ErrorCode.UNDELIVERED)
    void workersThatAreNeverThereAreNotAskedForWithoutEnd() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            for (int i = 0; i < 6; i++) {
                slotRequests.onAnswer(grant(i));
                stream.onFailure.handle(ErrorCode.UNDELIVERED.exception());
            }
        });

        assertThat(events).last().isEqualTo("end UNDELIVERED");
        assertThat(opened).hasSize(6);
        assertThat(asked).filteredOn(ReturnLease.class::isInstance).hasSize(6);
        assertThat(slotRequests.waiting()).isZero();
    }

    @Test
    void aWorkerThatIsLostAfterItTookTheCallIsTheEnd() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
            stream.onFailure.handle(ErrorCode.PEER_LOST.exception());
        });

        assertThat(events).containsExactly("slot", "end PEER_LOST");
        assertThat(asked).noneMatch(ReturnLease.class::isInstance);
    }

    @Test
    @Raises(ErrorCode.STREAM_BROKEN)
    void finishOfAnUnknownKindIsABrokenStream() {
        run(() -> {
            start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
            stream.onFinish.handle("?");
        });

        assertThat(events).last().isEqualTo("end STREAM_BROKEN");
    }

    @Test
    void afterACancelTheListenerHearsNothingMore() {
        run(() -> {
            CallExecution execution = start(Duration.ofMillis(1), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
            execution.cancel(ErrorCode.CANCELLED.exception());
            stream.onNote.handle(new ResponseHead(200, List.of()));
            stream.onBytes.handle(Buffer.buffer("x"));
            stream.onFailure.handle(ErrorCode.PEER_LOST.exception());
            execution.cancel(ErrorCode.CANCELLED.exception());
        });
        // Past the moment the timer would have fired.
        Await.of(vertx.timer(200));

        assertThat(events).containsExactly("slot");
        assertThat(stream.cancelled.code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void cancelFromWithinTheSlotsNewsSendsNoBody() {
        run(() -> {
            CallExecution[] execution = new CallExecution[1];
            onEvent = event -> execution[0].cancel(ErrorCode.CANCELLED.exception());
            execution[0] = start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(grant(0));
        });

        assertThat(stream.cancelled).isNotNull();
        assertThat(stream.sent.length()).isZero();
        assertThat(stream.ends).isZero();
    }

    @Test
    void timingsAreThoseOfTheLastAnswer() {
        run(() -> {
            CallExecution execution = start(Duration.ofSeconds(30), Deadline.NONE);
            slotRequests.onAnswer(new SlotRefused(
                    grant(0).ticket(), ErrorCode.PULL_FAILED.exception(), new ContainerTimings(9, 8, 7, 6)));
            assertThat(execution.timings()).isEqualTo(new ContainerTimings(9, 8, 7, 6));
        });

        assertThat(events).containsExactly("end PULL_FAILED");
    }

    private void event(String event) {
        events.add(event);
        onEvent.accept(event);
    }

    @Override
    public void onSlot() {
        event("slot");
    }

    @Override
    public void onSlotLost() {
        event("lost");
    }

    @Override
    public void onBodyDrained() {
        event("drained");
    }

    @Override
    public void onHead(ResponseHead head) {
        event("head " + head.status());
    }

    @Override
    public void onBytes(Buffer bytes) {
        event("bytes " + bytes);
    }

    @Override
    public void onEnd(@Nullable RunnerException error) {
        event("end " + (error == null ? "" : error.code()));
    }
}
