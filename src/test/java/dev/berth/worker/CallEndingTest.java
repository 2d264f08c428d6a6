package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.CallRequest;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.why.ContainerFate;
import dev.berth.why.ContainerFate.Kind;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Calls that do not end by the function's answer: deadlines, cancels, crashes, leases that are no good. */
final class CallEndingTest {
    private static final String HEAD_AND_SOME = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";

    /** A function that reads what comes until the connection ends, and keeps it. */
    private static FakeFunction.Script swallowing(CompletableFuture<String> swallowed) {
        return talk -> {
            talk.readHead();
            swallowed.complete(new String(talk.readToEnd(), StandardCharsets.ISO_8859_1));
        };
    }

    @Test
    void theDeadlineEndsACallThatIsNotAnswered() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(swallowing(new CompletableFuture<>()));
            String id = rig.ready();
            long began = System.nanoTime();
            TestCall call = rig.call(id, rig.request(Duration.ofMillis(150))).endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(140));
            assertThat(call.answered()).isFalse();
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void theDeadlineEndsACallWhoseRequestIsStillArriving() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CompletableFuture<String> swallowed = new CompletableFuture<>();
            rig.engine.serve(swallowing(swallowed));
            String id = rig.ready();
            TestCall call = rig.call(id, rig.request(Duration.ofMillis(150))).write("begun");
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
            assertThat(swallowed.get(20, TimeUnit.SECONDS)).contains("begun").doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void theDeadlineCutsAnAnswerThatIsStillStreaming() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write(HEAD_AND_SOME);
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id, rig.request(Duration.ofMillis(300))).endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            assertThat(call.head().status()).isEqualTo(200);
            assertThat(call.body()).isEqualTo("half");
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void theDeadlineEndsACallWhoseAnswerNobodyTakes() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n");
                talk.write(new byte[4_000_000]);
            });
            String id = rig.ready();
            TestCall call = rig.call(id, rig.request(Duration.ofMillis(300))).endBody();
            call.head();
            call.pause();
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);
            call.resume();
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            assertThat(call.bodyLength()).isLessThan(4_000_000);
            rig.assertNothingLeft();
        }
    }

    @Test
    void aDeadlineThatHasPassedAlreadyReachesNoFunction() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            TestCall call = rig.call(id, rig.request(Duration.ofSeconds(-1))).endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            rig.heard(ContainerReleased.class);
            assertThat(rig.engine.last().function().accepted()).isZero();
            assertThat(rig.call(id).endBody().code()).isNull();
        }
    }

    @Test
    void theDeadlineOfAnEarlierCallDoesNotEndALaterOne() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            assertThat(rig.call(id, rig.request(Duration.ofMillis(200)))
                            .endBody()
                            .code())
                    .isNull();
            rig.heard(ContainerReleased.class);
            CallRequest slow = rig.request(Duration.ofMillis(600));
            long began = System.nanoTime();
            TestCall call = rig.call(id, slow).write("a");
            assertThat(call.code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(500));
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("container-truncated")
    void aCancelWhileTheRequestArrivesTearsTheConnectionAndCostsTheContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CompletableFuture<String> swallowed = new CompletableFuture<>();
            CountDownLatch reading = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                reading.countDown();
                swallowed.complete(new String(talk.readToEnd(), StandardCharsets.ISO_8859_1));
            });
            String id = rig.ready();
            TestCall call = rig.call(id).write("begun");
            reading.await();
            call.cancel();
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
            assertThat(swallowed.get(20, TimeUnit.SECONDS)).doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void aCancelBeforeTheAnswersHeadCostsTheContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch whole = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                whole.countDown();
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            whole.await();
            call.cancel();
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("connection-fit")
    void aCancelAfterTheAnswersHeadClosesTheConnectionAndKeepsTheContainer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write(HEAD_AND_SOME);
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            call.head();
            call.cancel();
            rig.heard(ContainerReleased.class);
            WorkerRig.until(
                    "connection is closed", () -> rig.engine.last().function().open() == 0);
            rig.call(id).endBody().head();
            assertThat(rig.engine.last().function().accepted()).isEqualTo(2);
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void aCancelWhileNobodyTakesTheAnswerLetsTheFunctionFinishWriting() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CompletableFuture<String> outcome = new CompletableFuture<>();
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                try {
                    talk.write("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n");
                    talk.write(new byte[4_000_000]);
                    outcome.complete("written");
                } catch (IOException hungUp) {
                    outcome.complete("hung up");
                }
            });
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            call.head();
            call.pause().cancel();
            rig.heard(ContainerReleased.class);
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isNotEmpty();
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void aCrashDuringTheCallBreaksItAndTheContainerGoes() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch whole = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                whole.countDown();
                talk.readToEnd();
            });
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
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                whole.countDown();
                talk.readToEnd();
            });
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
        rig.engine.serve(talk -> {
            talk.readHead();
            talk.readBody();
            talk.write(answer);
            whole.countDown();
            talk.readToEnd();
        });
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

    @Test
    void aBackedUpRequestAndACancelLeaveNothingBehind() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch reading = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                reading.countDown();
                over.await();
            });
            String id = rig.ready();
            TestCall call = rig.call(id);
            call.writeAll(Buffer.buffer("x".repeat(4 << 20)));
            reading.await();
            rig.settle();
            call.cancel();
            rig.heard(ContainerEnding.class);
            over.countDown();
            rig.assertGone(id);
        }
    }
}
