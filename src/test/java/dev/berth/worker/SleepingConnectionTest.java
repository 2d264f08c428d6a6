package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The connection that is made to a function while that is frozen. */
final class SleepingConnectionTest {
    private static String paused(WorkerRig rig) throws Exception {
        String id = rig.ready();
        awaitPaused(rig);
        return id;
    }

    /** A container that is being frozen. */
    private static String pausing(WorkerRig rig, Promise<Void> pause) throws Exception {
        rig.engine.next(Operation.PAUSE, pause.future());
        String id = rig.ready();
        rig.untilIn(ContainerState.PAUSING);
        return id;
    }

    private static void awaitPaused(WorkerRig rig) throws Exception {
        assertThat(rig.heard(ContainerPaused.class).paused()).isTrue();
    }

    private static FakeFunction function(WorkerRig rig) {
        return rig.engine.last().function();
    }

    private static void untilConnected(WorkerRig rig) throws Exception {
        WorkerRig.until("a connection waits", () -> function(rig).waiting() == 1);
        // The worker has heard of it, too.
        rig.snapshot();
    }

    /** Keeps every thread for blocking work busy, which finding a socket is. */
    private static CountDownLatch holdBlockingWork(WorkerRig rig) {
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < VertxOptions.DEFAULT_WORKER_POOL_SIZE; i++) {
            rig.vertx.executeBlocking(
                    () -> {
                        release.await();
                        return null;
                    },
                    false);
        }
        return release;
    }

    /** One more call, after which the container is being frozen, for as long as the test wants. */
    private static Promise<Void> pauseAfterCall(WorkerRig rig, String id) throws Exception {
        Promise<Void> pause = Promise.promise();
        rig.engine.next(Operation.PAUSE, pause.future());
        assertThat(rig.call(id).endBody().code()).isNull();
        assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
        rig.heard(ContainerReleased.class);
        rig.untilIn(ContainerState.PAUSING);
        return pause;
    }

    @Test
    @Rule("connection-ahead")
    void theCallThatWakesAFunctionIsSentOverAConnectionMadeWhileItSlept() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = paused(rig);
            untilConnected(rig);
            function(rig).stopListening();
            Files.delete(rig.engine.last().socket(SocketWatcher.SOCKET));

            TestCall call = rig.call(id).write("x").endBody();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("x");
            assertThat(function(rig).accepted()).isEqualTo(1);
        }
    }

    @Test
    void eachSleepHasAConnectionOfItsOwn() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = paused(rig);
            for (int i = 1; i <= 5; i++) {
                untilConnected(rig);
                assertThat(rig.call(id).write("x").endBody().code()).isNull();
                assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
                rig.heard(ContainerReleased.class);
                awaitPaused(rig);
                assertThat(function(rig).accepted()).isEqualTo(i);
            }
        }
    }

    @Test
    void itServesCallsToAnAwakeFunctionToo() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = paused(rig);
            untilConnected(rig);
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            for (int i = 0; i < 3; i++) {
                assertThat(rig.call(id).write("x").endBody().code()).isNull();
                rig.untilIn(ContainerState.THAWING);
            }
            assertThat(function(rig).accepted()).isEqualTo(1);
            resume.complete();
        }
    }

    @Test
    void aCallThatComesWhileItIsBeingMadeWaitsForIt() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            String id = pausing(rig, pause);
            CountDownLatch release = holdBlockingWork(rig);
            pause.complete();
            awaitPaused(rig);
            TestCall call = rig.call(id).write("x").endBody();
            rig.untilIn(ContainerState.BUSY);
            release.countDown();
            assertThat(call.code()).isNull();
            assertThat(function(rig).accepted()).isEqualTo(1);
        }
    }

    @Test
    void aCallThatIsCancelledWhileItIsBeingMadeCostsNeitherContainerNorTheNextCall() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            String id = pausing(rig, pause);
            CountDownLatch release = holdBlockingWork(rig);
            pause.complete();
            awaitPaused(rig);
            Promise<Void> resume = Promise.promise();
            rig.engine.next(Operation.RESUME, resume.future());
            TestCall call = rig.call(id).write("x");
            rig.untilIn(ContainerState.RESUMING);
            call.cancel();
            assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
            rig.heard(ContainerReleased.class);
            TestCall next = rig.call(id).write("y").endBody();
            release.countDown();
            assertThat(next.code()).isNull();
            assertThat(next.body()).isEqualTo("y");
            WorkerRig.until("only one is left", () -> function(rig).open() == 1);
            resume.complete();
        }
    }

    @Test
    void aRemovalWhileItIsBeingMadeLeavesNothing() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            String id = pausing(rig, pause);
            CountDownLatch release = holdBlockingWork(rig);
            pause.complete();
            awaitPaused(rig);
            rig.remove(id);
            rig.untilIn(ContainerState.REMOVING);
            release.countDown();
            rig.assertGone(id);
        }
    }

    @Test
    void aRemovalClosesIt() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = paused(rig);
            untilConnected(rig);
            rig.remove(id);
            rig.assertGone(id);
            assertThat(function(rig).heads()).isEmpty();
        }
    }

    @Test
    void aResumeThatFailsBeforeTheCallIsSentClosesItAndHandsTheCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = paused(rig);
            untilConnected(rig);
            rig.engine.nextDo(Operation.RESUME, () -> {
                throw ErrorCode.ENGINE_FAILED.exception("no such container");
            });
            assertThat(rig.call(id).write("x").endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);
            assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
            assertThat(function(rig).heads()).isEmpty();
        }
    }

    @Test
    void aPauseThatFailsMakesNone() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            String id = pausing(rig, pause);
            pause.fail(ErrorCode.ENGINE_GONE.exception());
            rig.untilIn(ContainerState.IDLE);
            assertThat(function(rig).open()).isZero();
            assertThat(rig.call(id).endBody().code()).isNull();
            assertThat(function(rig).accepted()).isEqualTo(1);
        }
    }

    @Test
    void ifItEndedMeanwhileTheCallHasAnother() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            String id = paused(rig);
            untilConnected(rig);
            FakeEngine.FakeContainer container = rig.engine.last();
            container.vanish();
            Files.delete(container.socket(SocketWatcher.SOCKET));
            container.listen(FakeFunction.echo());

            TestCall call = rig.call(id).write("x").endBody();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("x");
        }
    }

    @Test
    void ifItCannotBeMadeTheCallTriesAgain() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            String id = pausing(rig, pause);
            FakeEngine.FakeContainer container = rig.engine.last();
            container.vanish();
            CountDownLatch release = holdBlockingWork(rig);
            pause.complete();
            awaitPaused(rig);
            TestCall call = rig.call(id).write("x").endBody();
            rig.untilIn(ContainerState.BUSY);
            release.countDown();
            assertThat(call.code()).isEqualTo(ErrorCode.INIT_FAILED);
            assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void aFunctionThatListensAnewWhenItWakesIsReached() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing()) {
            Promise<Void> pause = Promise.promise();
            String id = pausing(rig, pause);
            FakeEngine.FakeContainer container = rig.engine.last();
            container.vanish();
            pause.complete();
            awaitPaused(rig);
            Files.delete(container.socket(SocketWatcher.SOCKET));
            container.listen(FakeFunction.echo());
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
        }
    }

    @Test
    void aForeignSocketIsNotConnectedToWhileTheFunctionSleeps() throws Exception {
        Path elsewhere = Files.createTempDirectory("foreign");
        try (WorkerRig rig = WorkerRig.freezing();
                FakeFunction foreign = FakeFunction.listen(elsewhere.resolve("s"), FakeFunction.echo())) {
            String id = paused(rig);
            untilConnected(rig);
            Promise<Void> pause = pauseAfterCall(rig, id);
            Path shown = rig.engine.last().socket(SocketWatcher.SOCKET);
            Files.delete(shown);
            Files.createSymbolicLink(shown, elsewhere.resolve("s"));
            pause.complete();
            awaitPaused(rig);
            untilConnected(rig);
            assertThat(foreign.accepted()).isZero();
        } finally {
            Files.deleteIfExists(elsewhere.resolve("s"));
            Files.delete(elsewhere);
        }
    }

    @Test
    void withoutAFileDescriptorForItTheContainerSleepsOn() throws Exception {
        try (WorkerRig rig = WorkerRig.freezing();
                DescriptorLimit limit = new DescriptorLimit()) {
            String id = paused(rig);
            untilConnected(rig);
            Promise<Void> pause = pauseAfterCall(rig, id);
            limit.set();
            try {
                pause.complete();
                awaitPaused(rig);
                WorkerRig.await(rig.vertx.executeBlocking(() -> null, false));
                rig.settle();
            } finally {
                limit.lift();
            }
            assertThat(function(rig).waiting()).isZero();
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
            assertThat(rig.heard(ContainerPaused.class).paused()).isFalse();
        }
    }

    @Test
    void oneOfAHighNumberIsNotKept() {
        assertThat(Descriptors.plentyBelow(20)).isTrue();
        assertThat(Descriptors.plentyBelow(Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void withoutLinuxsOwnSocketsNoneIsMade() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().portable().freezeIdle(Duration.ofMillis(20)))) {
            String id = paused(rig);
            WorkerRig.await(rig.vertx.executeBlocking(() -> null, false));
            rig.settle();
            assertThat(function(rig).open()).isZero();
            Future<Void> slow = rig.vertx.timer(20).mapEmpty();
            rig.engine.next(Operation.RESUME, slow);
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
        }
    }
}
