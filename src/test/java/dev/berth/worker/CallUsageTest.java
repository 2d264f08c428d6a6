package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Usage;
import dev.berth.engine.UsageMeter;
import dev.berth.error.ErrorCode;
import dev.berth.why.Truth;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What calls have used: when it is read, and when it is told. */
final class CallUsageTest {
    private static final long MILLI = 1_000_000;
    private static final long MIB = 1024 * 1024;
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Duration LONG = Duration.ofNanos(CallUsage.LONG_NANOS + 5 * MILLI);

    private final Meter meter = new Meter();

    /** Of a container that has used what the test says. */
    private static final class Meter implements UsageMeter {
        private volatile long cpuNanos;
        private volatile Usage.Memory memory = Usage.Memory.PEAK_UNTIL_NOW;
        private volatile boolean hangs;
        private volatile boolean gone;
        private final AtomicInteger reads = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public Future<Usage> read(boolean anew) {
            Usage now = gone || closed.get() > 0
                    ? Usage.UNKNOWN
                    : new Usage(cpuNanos, cpuNanos / 2, 50 * MIB, anew ? memory : Usage.Memory.PEAK);
            reads.incrementAndGet();
            return hangs ? Promise.<Usage>promise().future() : Future.succeededFuture(now);
        }

        @Override
        public Future<Void> close() {
            closed.incrementAndGet();
            return Future.succeededFuture();
        }
    }

    /** Uses so much once the first reading of the call has been made, and then does this. */
    private FakeFunction.Script using(long cpuNanos, FakeFunction.Script then) {
        return talk -> {
            while (talk.readHead()) {
                int before = meter.reads.get();
                talk.readBody();
                while (before % 2 == 0 && meter.reads.get() == before) {
                    Thread.onSpinWait();
                }
                meter.cpuNanos += cpuNanos;
                then.serve(talk);
            }
        };
    }

    private static FakeFunction.Script answer() {
        return talk -> talk.write(ANSWER);
    }

    private static Truth truth(long cpuMicros) {
        return new Truth(cpuMicros, cpuMicros / 2, 50 * MIB, 128 * MIB, true);
    }

    @Test
    void aLongCallsUseIsToldWithItsEnd() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch over = new CountDownLatch(1);
            rig.engine.meter(meter);
            rig.engine.serve(using(7 * MILLI, talk -> {
                over.await();
                talk.write(ANSWER);
            }));
            String id = rig.ready();
            meter.cpuNanos = 40 * MILLI;

            TestCall call = rig.call(id).endBody();
            rig.timer(LONG);
            over.countDown();

            assertThat(call.end().facts().truth()).isEqualTo(truth(7_000));
            assertThat(call.noted()).isNull();
            rig.heard(ContainerReleased.class);
            assertThat(rig.observer.cpuNanosUsed).as("its start included").hasValue(47 * MILLI);
            rig.remove(id);
            rig.assertGone(id);
            assertThat(meter.closed).hasValue(1);
        }
    }

    @Test
    void aShortCallsUseIsToldAfterItsEndIfSomebodyLooks() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.meter(meter);
            rig.engine.serve(using(3 * MILLI, answer()));
            String id = rig.ready();

            TestCall call;
            CallEnd end;
            int calls = 0;
            do {
                call = rig.looked(id).endBody();
                end = call.end();
                rig.heard(ContainerReleased.class);
                // On a busy machine it may not be a short one.
            } while (call.noted() == null && ++calls < 20);
            assertThat(call.noted()).isEqualTo(new CallEnd(null));
            assertThat(end.facts().truth()).isEqualTo(truth(3_000));
            assertThat(call.body()).isEqualTo("ok");
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void aShortCallsUseIsNotToldIfNobodyLooks() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.meter(meter);
            String id = rig.ready();

            TestCall call = rig.call(id).endBody();

            assertThat(call.end()).isEqualTo(new CallEnd(null));
            assertThat(call.noted()).isNull();
        }
    }

    @Test
    void aContainerOfShortCallsIsNotReadForThem() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.meter(meter);
            String id = rig.ready();
            for (int i = 0; i < 40 && meter.reads.get() == i; i++) {
                assertThat(rig.call(id).endBody().code()).isNull();
                rig.heard(ContainerReleased.class);
            }
            int before = meter.reads.get();
            assertThat(before)
                    .as("readings until nothing long was to be expected")
                    .isBetween(1, 39);

            assertThat(rig.call(id).endBody().code()).isNull();

            rig.heard(ContainerReleased.class);
            assertThat(meter.reads).hasValue(before);
        }
    }

    @Test
    void peakOfAContainerThatCannotBeginAnewIsNotTheCalls() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            meter.memory = Usage.Memory.PEAK;
            rig.engine.meter(meter);
            rig.engine.serve(using(MILLI, answer()));
            String id = rig.ready();

            Truth truth = rig.looked(id).endBody().end().facts().truth();

            assertThat(truth.peakOfCall()).isFalse();
            assertThat(truth.peakBytes()).isEqualTo(50 * MIB);
        }
    }

    @Test
    void aReadingThatDoesNotComeHoldsUpNoCall() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch over = new CountDownLatch(1);
            meter.hangs = true;
            rig.engine.meter(meter);
            rig.engine.serve(using(MILLI, talk -> {
                over.await();
                talk.write(ANSWER);
            }));
            String id = rig.ready();

            TestCall call = rig.call(id).endBody();
            rig.timer(LONG);
            over.countDown();

            assertThat(call.end()).isEqualTo(new CallEnd(null));
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
            assertThat(meter.closed).hasValue(1);
        }
    }

    @Test
    void whatAContainerThatEndsHadUsedIsReadBeforeItIsGone() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.meter(meter);
            rig.engine.serve(using(9 * MILLI, talk -> rig.engine.last().vanish()));
            String id = rig.ready();

            TestCall call = rig.looked(id).endBody();
            WorkerRig.until("read when it broke", () -> meter.reads.get() == 2);
            meter.gone = true;
            rig.engine.last().reportOutOfMemory();

            CallEnd end = call.end();
            assertThat(end.error().code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
            assertThat(end.facts().truth()).isEqualTo(truth(9_000));
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
            assertThat(meter.closed).hasValue(1);
        }
    }

    @Test
    void aMeterThatOpensTooLateIsClosed() throws Exception {
        CallUsage usage = new CallUsage(null, LifecycleObserver.NONE, 0);
        assertThat(usage.close().succeeded()).isTrue();

        usage.opened(meter);

        assertThat(meter.closed).hasValue(1);
        assertThat(usage.close().succeeded()).isTrue();
        assertThat(meter.closed).hasValue(1);
    }
}
