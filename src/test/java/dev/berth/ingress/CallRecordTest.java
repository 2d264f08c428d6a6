package dev.berth.ingress;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.berth.bus.CallEnd;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.IngressMessage.WaitedInVain;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.observe.LogSetup;
import dev.berth.proto.CallFinished;
import dev.berth.why.CallRecord;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.RunFacts;
import dev.berth.why.Shortage;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is kept of calls that came through the port. */
final class CallRecordTest {
    private static final String ID = "call-1";
    private static final SlotFacts COLD = new SlotFacts(
            SlotFacts.Start.COLD,
            SlotFacts.Waited.OWN_START,
            0,
            0,
            ColdCause.of(ColdCause.Reason.FIRST),
            SlotFacts.Refused.NONE,
            null);

    private IngressRig rig;

    @BeforeEach
    void start() {
        rig = new IngressRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private CallRecord kept() {
        Await.until(rig.ingress.context(), "a record", () -> !rig.why.find(ID).isEmpty());
        return rig.why.find(ID).get(0);
    }

    private void send(AcquireSlot to, Object message) {
        rig.vertx.eventBus().send(to.replyTo(), message);
    }

    @Test
    void aColdCallIsKeptWithWhatTheRegistryAndTheWorkerSay() {
        ContainerTimings timings = new ContainerTimings(0, 1000, 2000, 3000);
        RunFacts ran = new RunFacts(1_000, true, ContainerFate.UNKNOWN, new Truth(5, 6, 7 << 20, 8 << 20, true));
        rig.registry.onAcquire = acquire -> rig.registry.grant(acquire, timings, COLD);
        rig.worker.script = stream -> {
            stream.inbound().handler(bytes -> stream.outbound().write(bytes));
            stream.inbound().endHandler(end -> stream.finish(new CallEnd(null, ran)));
        };

        rig.client.engage().tryCall(IngressRig.MODEL).data("whole", true).result();

        CallRecord record = kept();
        assertThat(record.node()).isEqualTo(IngressRig.NODE);
        assertThat(record.image()).isEqualTo("img:1");
        assertThat(record.appId()).isEqualTo("app");
        assertThat(record.fnId()).isEqualTo("fn");
        assertThat(record.key()).isNotZero();
        assertThat(record.facts()).isEqualTo(COLD);
        assertThat(record.timings()).isEqualTo(timings);
        assertThat(record.ran()).isEqualTo(ran);
        assertThat(record.end()).isNull();
        assertThat(record.started()).isTrue();
        assertThat(record.requestBytes()).isEqualTo(5);
        assertThat(record.responseBytes()).isEqualTo(5);
        rig.assertNothingLeft();
    }

    @Test
    void aFailureIsKeptWithItsTextAndWhatBecameOfTheContainer() {
        RunFacts ran = new RunFacts(0, false, ContainerFate.exited(3), Truth.NONE);
        rig.worker.script =
                stream -> stream.finish(new CallEnd(ErrorCode.CONTAINER_EXIT.exception("container exit code 3"), ran));

        rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).result();

        CallRecord record = kept();
        assertThat(record.end()).isEqualTo(new CallRecord.End(ErrorCode.CONTAINER_EXIT, 502, "container exit code 3"));
        assertThat(record.ran().fate()).isEqualTo(ContainerFate.exited(3));
        rig.assertNothingLeft();
    }

    @Test
    void aRefusalIsKeptWithItsReason() {
        rig.registry.onAcquire = acquire -> send(
                acquire,
                new SlotRefused(
                        acquire.ticket(),
                        ErrorCode.SERVER_BUSY.exception(),
                        ContainerTimings.NONE,
                        SlotFacts.refused(SlotFacts.Refused.WAITERS_FULL),
                        null));

        rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).result();

        assertThat(kept().facts().refused()).isEqualTo(SlotFacts.Refused.WAITERS_FULL);
        assertThat(kept().started()).isFalse();
        rig.assertNothingLeft();
    }

    @Test
    void aCallThatWaitedInVainHearsFromTheRegistryWhy() {
        SlotFacts facts = new SlotFacts(
                SlotFacts.Start.NONE,
                SlotFacts.Waited.NOTHING,
                2,
                1,
                null,
                SlotFacts.Refused.DEADLINE,
                new Shortage(1 << 20, 0, 2 << 20, 0, "report", List.of()));
        rig.registry.onAcquire = acquire -> {};

        EngageCall.Result result = rig.client
                .engage("grpc-timeout", "50m")
                .tryCall(IngressRig.MODEL)
                .result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(kept().facts()).isEqualTo(SlotFacts.refused(SlotFacts.Refused.DEADLINE));
        CancelAcquire cancelled = rig.registry.next(CancelAcquire.class);
        assertThat(cancelled.explain()).isTrue();
        rig.vertx.eventBus().send(cancelled.replyTo(), new WaitedInVain(cancelled.ticket(), facts));
        Await.until(
                rig.ingress.context(),
                "told late",
                () -> rig.why.find(ID).get(0).facts().equals(facts));
        rig.assertNothingLeft();
    }

    @Test
    void aCallWhoseCallerGoesIsKept() {
        rig.worker.script = FakeWorker::hang;

        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        assertThat(Await.next(rig.worker.calls).callId()).isEqualTo(ID);
        call.cancel();

        assertThat(kept().end().code()).isEqualTo(ErrorCode.CANCELLED);
        rig.assertNothingLeft();
    }

    @Test
    void aSlotThatWasLostIsCounted() {
        boolean[] lost = {false};
        rig.worker.script = stream -> {
            if (lost[0]) {
                stream.finish(new CallEnd(ErrorCode.FUNCTION_FAILED.exception()));
            } else {
                lost[0] = true;
                stream.finish(new CallEnd(ErrorCode.SLOT_GONE.exception()));
            }
        };

        rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).result();

        assertThat(kept().lostSlots()).isEqualTo(1);
        rig.assertNothingLeft();
    }

    @Test
    void aCallThatNeverGetsAContainerThatIsThereHasThatForItsReason() {
        rig.worker.script = FakeWorker.fail(ErrorCode.SLOT_GONE);

        EngageCall.Result result =
                rig.client.engage().tryCall(IngressRig.MODEL).data("x", true).result();

        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(kept().facts().refused()).isEqualTo(SlotFacts.Refused.SLOT_LOST);
        assertThat(kept().lostSlots()).isEqualTo(5);
        rig.assertNothingLeft();
    }

    @Test
    void whatALongCallHasUsedIsInItsClosingMessage() {
        RunFacts ran = RunFacts.NONE.with(new Truth(50_000, 7, 7 << 20, 8 << 20, false));
        rig.worker.script = stream -> stream.finish(new CallEnd(null, ran));

        CallFinished finished = rig.client
                .engage()
                .tryCall(IngressRig.MODEL)
                .data("x", true)
                .result()
                .finished();

        assertThat(finished.getCpuDuration()).isEqualTo(50_000_000);
        assertThat(finished.getCpuThrottledDuration()).isEqualTo(7_000);
        assertThat(finished.getMemoryPeak()).isEqualTo(7 << 20);
        assertThat(finished.getMemoryPeakOfContainer()).isTrue();
        rig.assertNothingLeft();
    }

    @Test
    void whatAShortCallHasUsedIsInRecordAndLineButNotInItsClosingMessage() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        RunFacts ran = RunFacts.NONE.with(new Truth(50, 0, 7 << 20, 8 << 20, true));
        Promise<Void> answered = Promise.promise();
        rig.registry.onAcquire = acquire -> rig.registry.grant(acquire, ContainerTimings.NONE, COLD);
        rig.worker.script = stream -> {
            stream.note(new CallEnd(null));
            answered.future().onSuccess(told -> stream.finish(new CallEnd(null, ran)));
        };

        try (AccessLines access = new AccessLines(lines)) {
            CallFinished finished = rig.client
                    .engage()
                    .tryCall(IngressRig.MODEL)
                    .data("x", true)
                    .result()
                    .finished();

            assertThat(finished.getSuccess()).isTrue();
            assertThat(finished.hasCpuDuration()).isFalse();
            assertThat(finished.hasMemoryPeak()).isFalse();
            assertThat(kept().ran().truth()).isEqualTo(Truth.NONE);
            assertThat(lines).isEmpty();

            rig.worker.run(answered::complete);

            Await.until(rig.ingress.context(), "line", () -> !lines.isEmpty());
        }
        assertThat(kept().ran().truth()).isEqualTo(ran.truth());
        assertThat(lines)
                .singleElement(as(InstanceOfAssertFactories.STRING))
                .contains("cpuUs=\"50\"", "peakBytes=\"7340032\"");
        rig.assertNothingLeft();
    }

    @Test
    void aWorkerThatIsLostAfterTheEndLeavesTheLineWithout() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        rig.worker.script = stream -> {
            stream.note(new CallEnd(null));
            stream.cancel(ErrorCode.INTERNAL.exception());
        };

        try (AccessLines access = new AccessLines(lines)) {
            assertThat(rig.client
                            .engage()
                            .tryCall(IngressRig.MODEL)
                            .data("x", true)
                            .result()
                            .finished()
                            .getSuccess())
                    .isTrue();
            Await.until(rig.ingress.context(), "line", () -> !lines.isEmpty());
        }
        assertThat(lines).singleElement(as(InstanceOfAssertFactories.STRING)).doesNotContain("cpuUs");
        rig.assertNothingLeft();
    }

    /** Takes what is written by the access log. */
    private static final class AccessLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final Logger logger = (Logger) LoggerFactory.getLogger(LogSetup.ACCESS);
        private final Level before = logger.getLevel();
        private final List<String> lines;

        AccessLines(List<String> lines) {
            this.lines = lines;
            logger.setLevel(Level.INFO);
            logger.addAppender(this);
            start();
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getKeyValuePairs().toString());
        }

        @Override
        public void close() {
            logger.detachAppender(this);
            logger.setLevel(before);
        }
    }

    @Test
    void aCallWithoutADocumentIsNot() {
        rig.client.engage().tryCall("{").result();

        assertThat(rig.why.newest(0, 10, true)).isEmpty();
    }
}
