package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.bus.WorkerMessage.RevokeLease;
import dev.berth.bus.WorkerMessage.WakeContainer;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Frozen containers that are thawed while their call is on its way. */
final class WakeAheadTest {
    private static final long LEASE = 70;

    private static WorkerRig freezing(Duration grace) throws Exception {
        return new WorkerRig(new RigSettings().freezeIdle(grace));
    }

    private static String paused(WorkerRig rig) throws Exception {
        String id = rig.ready();
        heardPaused(rig, true);
        return id;
    }

    private static void heardPaused(WorkerRig rig, boolean paused) throws Exception {
        assertThat(rig.heard(ContainerPaused.class).paused()).isEqualTo(paused);
    }

    @Test
    @Rule("pause-wake")
    void theCallRunsWhileTheThawIsUnderWayAndNoOtherIsAskedFor() throws Exception {
        try (WorkerRig rig = freezing(Duration.ofMillis(20))) {
            String id = paused(rig);
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            rig.tell(new WakeContainer(id, LEASE));
            heardPaused(rig, false);
            rig.untilIn(ContainerState.THAWING);

            assertThat(rig.call(id, LEASE, rig.request()).write("x").endBody().code())
                    .isNull();
            assertThat(rig.heard(ContainerReleased.class).lease()).isEqualTo(LEASE);
            assertThat(rig.engine.operations()).containsOnlyOnce("RESUME");
            resume.complete();
            heardPaused(rig, true);
        }
    }

    @Test
    void theCallRunsAfterTheThaw() throws Exception {
        // Time for the call to come before it is frozen again.
        try (WorkerRig rig = freezing(Duration.ofMillis(200))) {
            String id = paused(rig);
            rig.tell(new WakeContainer(id, LEASE));
            heardPaused(rig, false);
            assertThat(rig.call(id, LEASE, rig.request()).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
        }
    }

    @Test
    void aContainerWhoseCallDoesNotComeIsFrozenAgain() throws Exception {
        try (WorkerRig rig = freezing(Duration.ofMillis(20))) {
            String id = paused(rig);
            rig.tell(new WakeContainer(id, LEASE));
            heardPaused(rig, false);
            heardPaused(rig, true);
            assertThat(rig.call(id, LEASE, rig.request()).endBody().code()).isNull();
            heardPaused(rig, false);
            rig.heard(ContainerReleased.class);
            assertThat(rig.engine.operations()).containsSubsequence("PAUSE", "RESUME", "PAUSE", "RESUME");
        }
    }

    @Test
    void nobodyIsWokenForALeaseThatIsOver() throws Exception {
        try (WorkerRig rig = freezing(Duration.ofMillis(20))) {
            String id = paused(rig);
            rig.tell(new RevokeLease(id, LEASE));
            assertThat(rig.heard(ReturnLease.class).lease()).isEqualTo(LEASE);
            rig.tell(new WakeContainer(id, LEASE));
            rig.tell(new WakeContainer("unknown", LEASE));
            rig.settle();
            assertThat(rig.engine.operations()).doesNotContain("RESUME");
        }
    }

    @Test
    void nobodyIsWokenWhoIsFrozenAgainAtOnce() throws Exception {
        try (WorkerRig rig = freezing(Duration.ZERO)) {
            String id = paused(rig);
            rig.tell(new WakeContainer(id, LEASE));
            rig.settle();
            assertThat(rig.engine.operations()).doesNotContain("RESUME");
            assertThat(rig.call(id, LEASE, rig.request()).endBody().code()).isNull();
        }
    }

    @Test
    void whileTheContainerIsBeingFrozenTheCallHasToComeFirst() throws Exception {
        try (WorkerRig rig = freezing(Duration.ofMillis(20))) {
            Promise<Void> pause = Promise.promise();
            rig.engine.next(Operation.PAUSE, pause.future());
            String id = rig.ready();
            rig.untilIn(ContainerState.PAUSING);
            rig.tell(new WakeContainer(id, LEASE));
            rig.settle();
            TestCall call = rig.call(id, LEASE, rig.request()).endBody();
            rig.untilIn(ContainerState.PAUSING_LEASED);
            pause.complete();
            assertThat(call.code()).isNull();
        }
    }

    @Test
    void aRemovalWaitsForTheThaw() throws Exception {
        try (WorkerRig rig = freezing(Duration.ofMillis(20))) {
            String id = paused(rig);
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            rig.tell(new WakeContainer(id, LEASE));
            heardPaused(rig, false);
            rig.remove(id);
            rig.untilIn(ContainerState.ENDING);
            assertThat(rig.call(id, LEASE, rig.request()).code()).isEqualTo(ErrorCode.SLOT_GONE);
            resume.complete();
            rig.assertGone(id);
        }
    }

    @Test
    void aThawThatFailsEndsTheContainerAndTheCallFindsItsSlotGone() throws Exception {
        try (WorkerRig rig = freezing(Duration.ofMillis(20))) {
            String id = paused(rig);
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            rig.tell(new WakeContainer(id, LEASE));
            heardPaused(rig, false);
            resume.fail(ErrorCode.ENGINE_FAILED.exception("no such container"));
            rig.heard(ContainerEnding.class);
            assertThat(rig.call(id, LEASE, rig.request()).code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.assertGone(id);
        }
    }
}
