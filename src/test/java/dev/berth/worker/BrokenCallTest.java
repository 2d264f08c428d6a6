package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Calls whose container or connection breaks, and what is told of it. */
final class BrokenCallTest {
    private static final String HEAD_AND_SOME = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";

    @Test
    void aCrashDuringTheCallBreaksItAndTheContainerGoes() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch whole = new CountDownLatch(1);
            rig.engine.serve(FakeFunction.holding(whole));
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            whole.await();
            rig.engine.last().exit(139);
            assertThat(call.error()).hasMessage("container exit code 139 (SIGSEGV)");
            assertThat(call.code()).isEqualTo(ErrorCode.CONTAINER_EXIT);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void anExitSeenBeforeTheConnectionBreaksEndsTheCallToo() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch whole = new CountDownLatch(1);
            rig.engine.serve(FakeFunction.holding(whole));
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            whole.await();
            rig.engine.last().reportExit(3);
            assertThat(call.error()).hasMessage("container exit code 3");
            assertThat(call.code()).isEqualTo(ErrorCode.CONTAINER_EXIT);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    /** A call that the function has, and whose connection then breaks without a word of the engine. */
    private static TestCall broken(WorkerRig rig, Duration timeout, String answer) throws Exception {
        return broken(rig, timeout, answer, container -> {});
    }

    /** The same; {@code kernel} does what there is to be seen before the connection breaks. */
    private static TestCall broken(
            WorkerRig rig, Duration timeout, String answer, Consumer<FakeEngine.FakeContainer> kernel)
            throws Exception {
        CountDownLatch whole = new CountDownLatch(1);
        rig.engine.serve(FakeFunction.holding(whole, answer));
        String id = rig.ready();
        TestCall call = rig.call(id, rig.request(timeout)).endBody();
        whole.await();
        if (!answer.isEmpty()) {
            call.head();
        }
        kernel.accept(rig.engine.last());
        rig.engine.last().vanish();
        WorkerRig.until(
                "the connection is gone", () -> rig.engine.last().function().open() == 0);
        // The worker hears of it by way of its event loop, which takes a few turns.
        for (int i = 0; i < 4; i++) {
            rig.settle();
        }
        return call;
    }

    @Test
    void aBrokenCallWaitsForTheEnginesAccount() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = broken(rig, Duration.ofSeconds(30), "");
            rig.engine.last().reportOutOfMemory();
            assertThat(call.error()).hasMessage("container out of memory, limit 128 MiB");
            assertThat(call.error().wireCode()).isEqualTo(502);
            assertThat(call.error().userToBlame()).isTrue();
            assertThat(call.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void anAnswerThatBreaksOffIsExplainedToo() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = broken(rig, Duration.ofSeconds(30), HEAD_AND_SOME);
            rig.engine.last().reportExit(134);
            assertThat(call.error()).hasMessage("container exit code 134 (SIGABRT)");
            assertThat(call.body()).isEqualTo("half");
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    /** A call whose container the kernel has counted an end for want of memory of. */
    private static TestCall starved(WorkerRig rig) throws Exception {
        return broken(rig, Duration.ofSeconds(30), "", FakeEngine.FakeContainer::killForMemory);
    }

    @Test
    void wantOfMemoryIsToldThoughTheEngineIsLate() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = starved(rig);
            assertThat(call.error()).hasMessage("container out of memory, limit 128 MiB");
            assertThat(call.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void wantOfMemoryIsToldThoughTheEngineHasMissedIt() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = starved(rig);
            rig.engine.last().reportExit(137);
            assertThat(call.error()).hasMessage("container out of memory, limit 128 MiB");
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void aContainerThatOutlivedAChildsEndAndExitsIsToldOfByItsExit() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = broken(rig, Duration.ofSeconds(30), "", container -> {
                container.killForMemory();
                container.tellExitCode(3);
            });
            assertThat(call.error()).hasMessage("container exit code 3");
            rig.engine.last().reportExit(3);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void withoutAnAccountTheConnectionIsBlamed() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = broken(rig, Duration.ofSeconds(30), "");
            assertThat(call.code()).isEqualTo(ErrorCode.RESPONSE_BROKEN);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void anExitCodeWithoutItsReasonIsToldInTime() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = broken(rig, Duration.ofSeconds(30), "");
            rig.engine.last().tellExitCode(137);
            assertThat(call.error()).hasMessage("container exit code 137 (SIGKILL)");
            assertThat(rig.nothingHeard()).isTrue();
            rig.engine.last().reportExit(137);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void aCancelOfABrokenCallCostsTheContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            TestCall call = broken(rig, Duration.ofSeconds(30), HEAD_AND_SOME);
            call.cancel();
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            rig.assertNothingLeft();
        }
    }

    @Test
    void aRemovalDuringTheCallBreaksIt() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch reading = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                reading.countDown();
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id);
            reading.await();
            rig.remove(id);
            assertThat(call.code()).isEqualTo(ErrorCode.RESPONSE_BROKEN);
            rig.assertGone(id);
        }
    }
}
