package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Idle containers are frozen, and thawed by the next call. */
final class PauseTest {
    @Test
    @Rule("pause-grace")
    void anIdleContainerIsPausedAndTheNextCallResumesIt() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            TestCall call = rig.call(id).write("x").endBody();
            assertThat(call.code()).isNull();
            assertThat(rig.heard(ContainerPaused.class)).isEqualTo(new ContainerPaused(id, false));
            rig.heard(ContainerReleased.class);
            assertThat(rig.heard(ContainerPaused.class).paused()).isTrue();
            rig.remove(id);
            rig.assertGone(id);
            assertThat(rig.engine.operations())
                    .containsExactly("PULL", "CREATE", "START", "PAUSE", "RESUME", "PAUSE", "REMOVE");
        }
    }

    @Test
    void withoutGraceItIsPausedAtOnce() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().freezeIdle(Duration.ZERO))) {
            String id = rig.paused();
            assertThat(rig.call(id).endBody().code()).isNull();
        }
    }

    @Test
    void aNegativeGracePausesNever() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.timer(Duration.ofMillis(100));
            assertThat(rig.engine.operations()).doesNotContain("PAUSE");
        }
    }

    @Test
    void aBusyContainerIsNotPaused() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.ready();
            TestCall call = rig.call(id).write("x");
            rig.timer(Duration.ofMillis(80));
            assertThat(rig.snapshot().in(ContainerState.PAUSED)).isZero();
            assertThat(call.endBody().code()).isNull();
        }
    }

    @Test
    @Rule("connection-pause")
    void noConnectionIsKeptAcrossAPause() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.ready();
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.untilIn(ContainerState.PAUSING);
            WorkerRig.until(
                    "connection is closed", () -> rig.engine.last().function().open() == 0);
            pause.complete();
            assertThat(rig.call(id).endBody().code()).isNull();
        }
    }

    @Test
    @Rule("pause-call")
    void aCallThatComesWhilePausingWaitsForItAndResumes() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            TestCall call = rig.call(id).write("x").endBody();
            rig.untilIn(ContainerState.PAUSING_LEASED);
            assertThat(rig.engine.last().function().accepted()).isZero();
            pause.complete();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("x");
            assertThat(rig.engine.operations()).containsSubsequence("PAUSE", "RESUME");
        }
    }

    @Test
    void aCallIsSentWhileTheResumeIsStillUnderWay() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
            rig.untilIn(ContainerState.THAWING);
            assertThat(rig.call(id).write("y").endBody().code()).isNull();
            rig.untilIn(ContainerState.THAWING);
            resume.complete();
            rig.untilIn(ContainerState.PAUSED);
        }
    }

    @Test
    void theDeadlineEndsACallThatWaitsForAPause() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            TestCall call = rig.call(id, rig.request(Duration.ofMillis(50)));
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            rig.heard(ContainerReleased.class);
            pause.complete();
            rig.heard(ContainerPaused.class);
            assertThat(rig.call(id).endBody().code()).isNull();
        }
    }

    @Test
    void aCallThatComesTooLateLeavesAPausedContainerPaused() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            assertThat(rig.call(id, rig.request(Duration.ofSeconds(-1))).code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            rig.heard(ContainerReleased.class);
            assertThat(rig.heard(ContainerPaused.class)).isEqualTo(new ContainerPaused(id, true));
            assertThat(rig.engine.operations()).doesNotContain("RESUME");
        }
    }

    @Test
    void aCancelEndsACallThatWaitsForAPause() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            TestCall call = rig.call(id);
            rig.untilIn(ContainerState.PAUSING_LEASED);
            call.cancel();
            rig.heard(ContainerReleased.class);
            pause.complete();
            rig.heard(ContainerPaused.class);
        }
    }

    @Test
    void aCallThatBreaksDuringTheResumeWaitsWithTheRemoval() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            rig.engine.serve(FakeFunction.answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"));
            String id = rig.paused();
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.INVALID_RESPONSE);
            rig.heard(ContainerPaused.class);
            rig.heard(ContainerEnding.class);
            assertThat(rig.snapshot().in(ContainerState.ENDING)).isEqualTo(1);
            assertThat(rig.engine.operations()).doesNotContain("REMOVE");
            resume.complete();
            rig.assertGone(id);
        }
    }

    @Test
    void aPausedContainerIsRemovedWithoutResuming() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            rig.remove(id);
            rig.assertGone(id);
            assertThat(rig.engine.operations()).doesNotContain("RESUME");
        }
    }

    @Test
    void aRemovalWhilePausingWaitsForThePause() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            rig.remove(id);
            rig.untilIn(ContainerState.ENDING);
            assertThat(rig.engine.operations()).doesNotContain("REMOVE");
            pause.complete();
            rig.assertGone(id);
        }
    }

    @Test
    void anExitWhilePausedEndsTheContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = rig.paused();
            rig.engine.last().exit(137);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }
}
