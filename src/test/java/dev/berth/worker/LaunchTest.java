package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.engine.ContainerPlan;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.logs.SyslogServer;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How containers come to be, and all the ways in which they do not. */
final class LaunchTest {

    private static void fails(WorkerRig rig, ErrorCode code) throws Exception {
        fails(rig, WorkerRig.spec(CallFormat.HTTP_STREAM), code);
    }

    private static void fails(WorkerRig rig, ContainerSpec spec, ErrorCode code) throws Exception {
        String id = rig.launch(spec);
        LaunchFailed failed = rig.heard(LaunchFailed.class);
        assertThat(failed.containerId()).isEqualTo(id);
        assertThat(failed.error().code()).isEqualTo(code);
        rig.assertGone(id);
    }

    private static void fails(ErrorCode code, FakeEngine.Process process) throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(process);
            fails(rig, code);
        }
    }

    private static void becomesReady(FakeEngine.Process process) throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(process);
            String id = rig.ready();
            assertThat(rig.call(id).write("x").endBody().code()).isNull();
        }
    }

    @Test
    @Rule("output-off")
    void plansTheContainerFromItsSpecification() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            ContainerPlan plan = rig.engine.last().plan();
            assertThat(plan.id()).isEqualTo(id);
            assertThat(plan.image()).isEqualTo("image:1");
            assertThat(plan.env()).containsExactly(Map.entry("KEY", "value"));
            assertThat(plan.memoryMiB()).isEqualTo(128);
            assertThat(plan.cpuMillis()).isEqualTo(100);
            assertThat(plan.syslogUrl()).isEqualTo("tcp://logs:514");
            assertThat(plan.syslogTag()).isEqualTo("app_id=app,fn_id=fn");
            assertThat(plan.attach()).isEqualTo(ContainerPlan.Attach.NONE);
            Path directory = plan.socketDirectory();
            assertThat(directory).hasParent(rig.root.resolve("1"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwxrwxrwx");
            assertThat(rig.engine.operations()).containsExactly("PULL", "CREATE", "START");
        }
    }

    /** Whatever step of a launch it is that finds none, nothing ran, and another runner may have one. */
    @Test
    void aLaunchThatFindsNoFileDescriptorIsHandedBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.next(
                    Operation.START,
                    Future.failedFuture(ErrorCode.ENGINE_FAILED.exception("cannot start x: Too many open files")));
            fails(rig, ErrorCode.SERVER_BUSY);
            rig.engine.next(
                    Operation.HEALTH,
                    Future.failedFuture(ErrorCode.SOCKET_DIRECTORY.exception("cannot pin: Too many open files")));
            rig.engine.process(container -> {});
            fails(rig, WorkerRig.spec(CallFormat.JSON, null), ErrorCode.SERVER_BUSY);
        }
    }

    @Test
    @Rule("old-ready")
    void aFunctionOnItsStdinIsReadyAsSoonAsItIsStarted() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(container -> {});
            String id = rig.launch(WorkerRig.spec(CallFormat.JSON, null));
            assertThat(rig.heard(ContainerReady.class).containerId()).isEqualTo(id);
            ContainerPlan plan = rig.engine.last().plan();
            assertThat(plan.attach()).isEqualTo(ContainerPlan.Attach.ALL);
            assertThat(plan.socketDirectory()).isNull();
            assertThat(rig.engine.operations()).containsExactly("PULL", "CREATE", "START", "HEALTH");
        }
    }

    @Test
    @Rule("old-ready")
    void aFunctionOnItsStdinWaitsForItsHealthCheck() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> healthy = Promise.promise();
            rig.engine.next(Operation.HEALTH, healthy.future());
            rig.engine.process(container -> {});
            rig.launch(WorkerRig.spec(CallFormat.JSON, null));
            rig.untilIn(ContainerState.INITIALIZING);
            assertThat(rig.nothingHeard()).isTrue();

            healthy.complete();

            rig.heard(ContainerReady.class);
        }
    }

    @Test
    @Rule("old-ready")
    void aHealthCheckThatDoesNotPassInTimeFailsTheLaunch() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().healthTimeout(Duration.ofMillis(80)))) {
            rig.engine.next(Operation.HEALTH, Promise.<Void>promise().future());
            rig.engine.process(container -> {});
            fails(rig, WorkerRig.spec(CallFormat.JSON, null), ErrorCode.INIT_TIMEOUT);
        }
    }

    @Test
    void anEngineThatCannotTellOfHealthFailsTheLaunch() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.next(Operation.HEALTH, Future.failedFuture(ErrorCode.ENGINE_FAILED.exception()));
            rig.engine.process(container -> {});
            fails(rig, WorkerRig.spec(CallFormat.JSON, null), ErrorCode.ENGINE_FAILED);
        }
    }

    @Test
    void anEndBeforeTheHealthCheckHasPassedIsLeftToTheFirstCall() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> healthy = Promise.promise();
            rig.engine.next(Operation.HEALTH, healthy.future());
            rig.engine.process(container -> container.exit(3));
            rig.launch(WorkerRig.spec(CallFormat.JSON, null));
            rig.untilIn(ContainerState.INITIALIZING);

            healthy.complete();

            rig.heard(ContainerReady.class);
        }
    }

    @Test
    void aRemovalDoesNotWaitForTheHealthCheck() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.next(Operation.HEALTH, Promise.<Void>promise().future());
            rig.engine.process(container -> {});
            String id = rig.launch(WorkerRig.spec(CallFormat.JSON, null));
            rig.untilIn(ContainerState.INITIALIZING);

            rig.remove(id);

            rig.heard(LaunchFailed.class);
            rig.assertGone(id);
        }
    }

    @Test
    void theRunnerConnectsForAFunctionOnItsStdinBeforeItIsCreated() throws Exception {
        try (WorkerRig rig = WorkerRig.start();
                SyslogServer server = SyslogServer.tcp()) {
            rig.engine.process(container -> {});
            String id = rig.launch(WorkerRig.spec(CallFormat.JSON, server.url()));
            rig.heard(ContainerReady.class);
            assertThat(rig.engine.last().plan().syslogUrl()).isNull();
            server.arrival();

            rig.remove(id);

            rig.assertGone(id);
            server.untilDeserted();
        }
    }

    @Test
    void aSyslogServerThatIsNotThereFailsTheLaunchBeforeThereIsAContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(container -> {});
            fails(rig, WorkerRig.spec(CallFormat.JSON, SyslogServer.nobody()), ErrorCode.SYSLOG_UNAVAILABLE);
            assertThat(rig.engine.operations()).containsExactly("PULL");
        }
    }

    @Test
    void measuresTheSteps() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Promise<Void> pull = Promise.promise();
            Promise<Void> start = Promise.promise();
            rig.engine.next(Operation.PULL, pull.future());
            rig.engine.next(Operation.START, start.future());
            rig.launch();
            rig.timer(Duration.ofMillis(30));
            pull.complete();
            rig.untilIn(ContainerState.STARTING);
            rig.timer(Duration.ofMillis(20));
            start.complete();
            ContainerTimings timings = rig.heard(ContainerReady.class).timings();
            assertThat(Duration.ofNanos(timings.imagePull())).isGreaterThan(Duration.ofMillis(25));
            assertThat(Duration.ofNanos(timings.create())).isGreaterThan(Duration.ofMillis(15));
            assertThat(timings.prepare()).isPositive();
            assertThat(timings.init()).isPositive();
        }
    }

    @Test
    void aPullThatFailsFailsTheLaunch() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.next(Operation.PULL, Future.failedFuture(ErrorCode.PULL_FAILED.exception("no such image")));
            fails(rig, ErrorCode.PULL_FAILED);
        }
    }

    @Test
    @Raises(ErrorCode.INTERNAL)
    void anEngineThatThrowsFailsTheLaunch() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.nextDo(Operation.PULL, () -> {
                throw new IllegalStateException("engine bug");
            });
            fails(rig, ErrorCode.INTERNAL);
        }
    }

    @Test
    void anImageThatVanishesBeforeCreateIsTriedElsewhere() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.next(Operation.CREATE, Future.failedFuture(ErrorCode.SERVER_BUSY.exception()));
            fails(rig, ErrorCode.SERVER_BUSY);
        }
    }

    @Test
    void aStartThatFailsFailsTheLaunch() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.next(Operation.START, Future.failedFuture(ErrorCode.SYSLOG_UNAVAILABLE.exception()));
            fails(rig, ErrorCode.SYSLOG_UNAVAILABLE);
        }
    }

    @Test
    @Raises(ErrorCode.SOCKET_DIRECTORY)
    void aSocketDirectoryThatCannotBeMadeFailsTheLaunch() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Files.delete(rig.root);
            String id = rig.launch();
            RunnerException error = rig.heard(LaunchFailed.class).error();
            assertThat(error.code()).isEqualTo(ErrorCode.SOCKET_DIRECTORY);
            assertThat(error).as("for the log").hasMessageContaining(rig.root.toString());
            assertThat(error.told()).as("to callers").isEqualTo("cannot make a socket directory");
            Files.createDirectory(rig.root);
            rig.assertGone(id);
        }
    }

    @Test
    void aFunctionWithoutSocketTimesOut() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().startTimeout(Duration.ofMillis(80)))) {
            rig.engine.process(container -> {});
            String id = rig.launch();
            LaunchFailed failed = rig.heard(LaunchFailed.class);
            assertThat(failed.error().code()).isEqualTo(ErrorCode.INIT_TIMEOUT);
            assertThat(Duration.ofNanos(failed.timings().init()))
                    .isBetween(Duration.ofMillis(80), Duration.ofSeconds(5));
            rig.assertGone(id);
        }
    }

    @Test
    void theStartTimeoutDoesNotCountTheStartItself() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().startTimeout(Duration.ofMillis(200)))) {
            Promise<Void> start = Promise.promise();
            rig.engine.next(Operation.START, start.future());
            rig.launch();
            rig.timer(Duration.ofMillis(300));
            start.complete();
            rig.heard(ContainerReady.class);
        }
    }

    private static void failsSaying(String text, FakeEngine.Process process) throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(process);
            String id = rig.launch();
            RunnerException error = rig.heard(LaunchFailed.class).error();
            assertThat(error.told()).isEqualTo(text);
            assertThat(error.wireCode()).isEqualTo(502);
            assertThat(error.userToBlame()).isTrue();
            rig.assertGone(id);
        }
    }

    @Test
    void aProcessThatExitsBeforeItIsReadyFailsTheLaunch() throws Exception {
        fails(ErrorCode.INIT_FAILED, container -> container.reportExit(1));
    }

    @Test
    void aLaunchThatFailsSaysHowItsProcessEnded() throws Exception {
        failsSaying(ErrorCode.INIT_FAILED.text() + ": container exit code 3", container -> container.reportExit(3));
        failsSaying(
                ErrorCode.INIT_FAILED.text() + ": container exit code 139 (SIGSEGV)",
                container -> container.reportExit(139));
    }

    @Test
    void aLaunchThatFailsForWantOfMemorySaysSo() throws Exception {
        fails(ErrorCode.OUT_OF_MEMORY, FakeEngine.FakeContainer::reportOutOfMemory);
        failsSaying("container out of memory, limit 128 MiB", FakeEngine.FakeContainer::reportOutOfMemory);
    }

    @Test
    void aSocketUnderAnotherNameIsNotReadiness() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().startTimeout(Duration.ofMillis(100)))) {
            rig.engine.process(container -> container.listen("other.sock", FakeFunction.echo()));
            fails(rig, ErrorCode.INIT_TIMEOUT);
        }
    }

    @Test
    void aLinkToASocketInTheDirectoryIsReadiness() throws Exception {
        for (String target : List.of("phony.sock", "./phony.sock", "././phony.sock")) {
            becomesReady(container -> {
                container.listen("phony.sock", FakeFunction.echo());
                Files.createSymbolicLink(container.socket("lsnr.sock"), Path.of(target));
            });
        }
    }

    @Test
    void aSocketRenamedIntoPlaceIsReadiness() throws Exception {
        becomesReady(container -> {
            container.listen("made.sock", FakeFunction.echo());
            Files.move(container.socket("made.sock"), container.socket("lsnr.sock"));
        });
    }

    @Test
    void anythingElseOfThatNameFailsTheLaunch() throws Exception {
        fails(ErrorCode.INIT_FAILED, container -> Files.createFile(container.socket("lsnr.sock")));
        fails(ErrorCode.INIT_FAILED, container -> Files.createDirectory(container.socket("lsnr.sock")));
        fails(
                ErrorCode.INIT_FAILED,
                container -> Files.createSymbolicLink(container.socket("lsnr.sock"), Path.of("nowhere.sock")));
        fails(ErrorCode.INIT_FAILED, container -> {
            container.listen("phony.sock", FakeFunction.echo());
            Files.createSymbolicLink(container.socket("lsnr.sock"), container.socket("phony.sock"));
        });
        fails(ErrorCode.INIT_FAILED, container -> {
            container.listen("phony.sock", FakeFunction.echo());
            Path directory = container.socket("x").getParent().getFileName();
            Files.createSymbolicLink(
                    container.socket("lsnr.sock"),
                    Path.of("..").resolve(directory).resolve("phony.sock"));
        });
    }

    @Test
    void aContainerWithASocketButNoOneListeningHasFailedToStart() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.process(container -> {
                container.listen(FakeFunction.echo());
                container.function().close();
            });
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.INIT_FAILED);
        }
    }

    @Test
    void theDirectoryIsThereBeforeTheContainerIs() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.nextDo(Operation.CREATE, () -> {
                assertThat(rig.watcher.watched()).isEqualTo(1);
                return Future.succeededFuture();
            });
            String id = rig.ready();
            Path directory = rig.engine.last().plan().socketDirectory();
            rig.remove(id);
            rig.assertGone(id);
            assertThat(Files.exists(directory, LinkOption.NOFOLLOW_LINKS)).isFalse();
        }
    }
}
