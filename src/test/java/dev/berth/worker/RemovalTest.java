package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.LoggedLines;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Containers are removed at whatever stage they are, whole, and until it has succeeded. */
final class RemovalTest {

    /** A removal that arrives while this operation is under way. */
    private static void removedDuring(Operation operation, ContainerState state, boolean operationFails)
            throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> slow = Promise.promise();
            rig.engine.next(operation, slow.future());
            String id = rig.launch();
            rig.untilIn(state);
            rig.remove(id);
            LaunchFailed failed = rig.heard(LaunchFailed.class);
            assertThat(failed.error().code()).isEqualTo(ErrorCode.SERVER_BUSY);
            if (operation != Operation.PULL) {
                rig.untilIn(ContainerState.ENDING);
                assertThat(rig.engine.operations()).doesNotContain("REMOVE");
            }
            if (operationFails) {
                slow.fail(ErrorCode.ENGINE_FAILED.exception());
            } else {
                slow.complete();
            }
            rig.assertGone(id);
        }
    }

    @Test
    void whilePulling() throws Exception {
        removedDuring(Operation.PULL, ContainerState.PULLING, false);
        removedDuring(Operation.PULL, ContainerState.PULLING, true);
    }

    @Test
    @Rule("removal-any-stage")
    void whileCreating() throws Exception {
        removedDuring(Operation.CREATE, ContainerState.CREATING, false);
        removedDuring(Operation.CREATE, ContainerState.CREATING, true);
    }

    @Test
    void whileStarting() throws Exception {
        removedDuring(Operation.START, ContainerState.STARTING, false);
        removedDuring(Operation.START, ContainerState.STARTING, true);
    }

    @Test
    void aPullIsNotWaitedFor() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> pull = Promise.promise();
            rig.engine.next(Operation.PULL, pull.future());
            String id = rig.launch();
            rig.untilIn(ContainerState.PULLING);
            rig.remove(id);
            rig.heard(LaunchFailed.class);
            rig.assertGone(id);
            pull.complete();
            rig.settle();
            assertThat(rig.engine.operations()).containsExactly("PULL");
        }
    }

    @Test
    void whileWaitingForTheSocket() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(container -> {});
            String id = rig.launch();
            rig.untilIn(ContainerState.INITIALIZING);
            rig.remove(id);
            rig.heard(LaunchFailed.class);
            rig.assertGone(id);
        }
    }

    @Test
    void whileIdleItIsRemovedOnce() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            rig.remove(id);
            rig.remove(id);
            rig.assertGone(id);
            rig.remove(id);
            rig.settle();
            assertThat(rig.nothingHeard()).isTrue();
            assertThat(rig.engine.operations()).containsOnlyOnce("REMOVE");
        }
    }

    @Test
    @Rule("removal-exit")
    void aProcessThatExitsWhileIdleIsRemoved() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            rig.engine.last().exit(3);
            assertThat(rig.heard(ContainerEnding.class).containerId()).isEqualTo(id);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("removal-retry")
    void aRemovalThatFailsIsRepeatedAndTheCapacityStaysTaken() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            for (int i = 0; i < 3; i++) {
                rig.engine.next(
                        Operation.REMOVE, Future.failedFuture(ErrorCode.ENGINE_FAILED.exception("engine hangs")));
            }
            long began = System.nanoTime();
            rig.remove(id);
            WorkerRig.until("removal was tried", () -> rig.engine.operations().contains("REMOVE"));
            rig.remove(id);
            assertThat(rig.nothingHeard()).isTrue();
            rig.heard(ContainerGone.class);
            // 100, 200 and 400 ms.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(690));
            rig.assertNothingLeft();
        }
    }

    /** The engine's client is closed next, and all that it could still say of it is noise. */
    @Test
    void whatIsGivenUpIsNeitherTriedAgainNorToldOf() throws Exception {
        try (WorkerRig rig = WorkerRig.start();
                LoggedLines log = LoggedLines.of(ContainerReports.class)) {
            Promise<Void> removal = Promise.promise();
            String id = rig.ready();
            rig.engine.next(Operation.REMOVE, removal.future());
            rig.remove(id);
            rig.untilIn(ContainerState.REMOVING);

            rig.giveUp();
            removal.fail(new RejectedExecutionException("closed"));

            // Longer than the first pause.
            rig.timer(Duration.ofMillis(250));
            assertThat(log.warnings()).isEmpty();
            assertThat(rig.engine.operations()).containsOnlyOnce("REMOVE");
        }
    }

    @Test
    void anExitReportedDuringTheRemovalChangesNothing() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> removal = Promise.promise();
            String id = rig.ready();
            rig.engine.next(Operation.REMOVE, removal.future());
            rig.remove(id);
            rig.untilIn(ContainerState.REMOVING);
            rig.engine.last().reportExit(137);
            rig.settle();
            removal.complete();
            rig.assertGone(id);
        }
    }

    @Test
    void undeployingRemovesEveryContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String idle = rig.ready();
            assertThat(rig.call(idle).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.ready();
            Promise<Void> start = Promise.promise();
            rig.engine.next(Operation.START, start.future());
            rig.launch();
            rig.untilIn(ContainerState.STARTING);
            Future<Void> undeployed = rig.undeploying();
            rig.timer(Duration.ofMillis(20));
            assertThat(undeployed.isComplete()).isFalse();
            start.complete();
            WorkerRig.await(undeployed);
            assertThat(rig.engine.alive()).isZero();
        }
    }
}
