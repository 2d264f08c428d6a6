package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import dev.berth.why.ContainerFate;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pauses and resumes that fail, or that the engine cannot do. */
final class PauseFaultsTest {
    /** As the runner's own want of file descriptors is. */
    private static Future<Void> lacking() {
        return Future.failedFuture(ErrorCode.SERVER_BUSY.exception("no file descriptor is left"));
    }

    @Test
    @Rule("pause-descriptors")
    void aContainerIsNotLostForWantOfAFileDescriptorOfTheRunners() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            rig.engine.next(Operation.PAUSE, lacking());
            String id = rig.ready();
            WorkerRig.until("pause was tried", () -> rig.engine.operations().contains("PAUSE"));
            rig.untilIn(ContainerState.IDLE);
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);

            assertThat(rig.heard(ContainerPaused.class).paused()).isTrue();
            rig.engine.next(Operation.RESUME, lacking());
            rig.engine.next(Operation.RESUME, lacking());
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
            assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
            rig.heard(ContainerReleased.class);
            assertThat(rig.heard(ContainerPaused.class).paused()).isTrue();
            assertThat(rig.engine.operations())
                    .containsSubsequence("PAUSE", "PAUSE", "RESUME", "RESUME", "RESUME", "PAUSE");
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void aRemovalDoesNotWaitForAFileDescriptor() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            for (int i = 0; i < 10_000; i++) {
                rig.engine.next(Operation.RESUME, lacking());
            }
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
            rig.untilIn(ContainerState.THAWING);
            rig.heard(ContainerPaused.class);
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("pause-failed")
    void aPauseThatFailsEndsTheContainerBeforeAnybodyGetsIt() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            rig.engine.next(Operation.PAUSE, Future.failedFuture(ErrorCode.ENGINE_FAILED.exception("no pause")));
            String id = rig.ready();
            assertThat(rig.heard(ContainerEnding.class).containerId()).isEqualTo(id);
            rig.assertGone(id);
        }
    }

    @Test
    void aPauseThatFailsHandsTheWaitingCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            TestCall call = rig.call(id).write("x").endBody();
            rig.untilIn(ContainerState.PAUSING_LEASED);
            pause.fail(ErrorCode.ENGINE_FAILED.exception());
            assertThat(call.code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("pause-unsupported")
    void whereNothingCanBePausedContainersRunOn() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            rig.engine.next(Operation.PAUSE, Future.failedFuture(ErrorCode.PAUSE_UNSUPPORTED.exception()));
            String id = rig.ready();
            rig.untilIn(ContainerState.IDLE);
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.timer(Duration.ofMillis(80));
            assertThat(rig.engine.operations()).containsOnlyOnce("PAUSE");
        }
    }

    @Test
    @Rule("pause-unsupported")
    void whileTheEngineIsGoneAContainerRunsOnAndIsFrozenLater() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            rig.engine.next(Operation.PAUSE, Future.failedFuture(ErrorCode.ENGINE_GONE.exception()));
            String id = rig.ready();
            rig.until("a pause was tried", () -> rig.engine.operations().contains("PAUSE"));
            rig.untilIn(ContainerState.IDLE);
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.untilIn(ContainerState.PAUSED);
        }
    }

    @Test
    void aCallThatWaitedForAnUnsupportedPauseRuns() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            TestCall call = rig.call(id).write("x").endBody();
            rig.untilIn(ContainerState.PAUSING_LEASED);
            pause.fail(ErrorCode.PAUSE_UNSUPPORTED.exception());
            assertThat(call.code()).isNull();
            assertThat(rig.engine.operations()).doesNotContain("RESUME");
        }
    }

    @Test
    void aFrozenContainerThatHasGoneIsSaidToHaveVanished() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            rig.engine.next(Operation.RESUME, Future.failedFuture(ErrorCode.SLOT_GONE.exception("its group is gone")));
            TestCall call = rig.call(id).write("x").endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.heard(ContainerPaused.class);
            assertThat(rig.heard(ContainerEnding.class).fate())
                    .isEqualTo(ContainerFate.of(ContainerFate.Kind.VANISHED));
            rig.assertGone(id);
        }
    }

    @Test
    void aResumeThatFailsBeforeAnythingIsSentHandsTheCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            rig.engine.nextDo(Operation.RESUME, () -> {
                throw ErrorCode.ENGINE_FAILED.exception("no such container");
            });
            TestCall call = rig.call(id).write("x").endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.heard(ContainerPaused.class);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("container-once")
    void aResumeThatFailsAfterTheCallWasSentBreaksIt() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            CountDownLatch whole = new CountDownLatch(1);
            rig.engine.serve(FakeFunction.holding(whole));
            String id = rig.paused();
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            TestCall call = rig.call(id).endBody();
            assertThat(whole.await(20, TimeUnit.SECONDS)).isTrue();
            resume.fail(ErrorCode.ENGINE_FAILED.exception());
            assertThat(call.code()).isEqualTo(ErrorCode.RESPONSE_BROKEN);
            rig.heard(ContainerPaused.class);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void aResumeThatFailsAfterTheCallIsOverEndsTheContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerPaused.class);
            rig.heard(ContainerReleased.class);
            resume.fail(ErrorCode.ENGINE_FAILED.exception());
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }
}
