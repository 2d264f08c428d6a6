package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.why.ContainerFate;
import dev.berth.why.ContainerFate.Kind;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Calls that a container does not take: they are handed back, for another one. */
final class HandBackTest {
    @Test
    void anUnknownContainerHandsTheCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            assertThat(rig.call("nobody").write("x").code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.assertNothingLeft();
        }
    }

    @Test
    void aLeaseIsGoodForOneCall() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            assertThat(rig.call(id, 1000, rig.request()).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            assertThat(rig.call(id, 1000, rig.request()).endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);
            assertThat(rig.call(id, 999, rig.request()).endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);
            assertThat(rig.nothingHeard()).isTrue();
            assertThat(rig.call(id, 1001, rig.request()).endBody().code()).isNull();
        }
    }

    @Test
    @Rule("container-one-call")
    void aBusyContainerHandsASecondCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            TestCall first = rig.call(id).write("one");
            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);
            assertThat(first.endBody().code()).isNull();
            assertThat(first.body()).isEqualTo("one");
        }
    }

    @Test
    void aContainerInWhichACallFindsNobodyIsSaidToHaveVanished() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ZERO))) {
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.engine.last().vanish();

            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);

            assertThat(rig.heard(ContainerEnding.class).fate()).isEqualTo(ContainerFate.of(Kind.VANISHED));
            rig.assertGone(id);
        }
    }

    @Test
    void ofOneThatHasExitedItIsSaidHow() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ZERO))) {
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.engine.last().vanish();
            rig.engine.last().tellExitCode(3);

            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);

            assertThat(rig.heard(ContainerEnding.class).fate()).isEqualTo(ContainerFate.exited(3));
            rig.assertGone(id);
        }
    }

    @Test
    void aContainerThatIsBeingRemovedHandsTheCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> removal = Promise.promise();
            String id = rig.ready();
            rig.engine.next(FakeEngine.Operation.REMOVE, removal.future());
            rig.remove(id);
            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);
            removal.complete();
            rig.assertGone(id);
        }
    }

    @Test
    void aStreamThatDoesNotOpenWithACallIsRefused() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            assertThat(rig.strayStream().failure().code()).isEqualTo(ErrorCode.INTERNAL);
            rig.assertNothingLeft();
        }
    }
}
