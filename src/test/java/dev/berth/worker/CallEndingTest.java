package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.CallRequest;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls that end by their deadline or because their client cancels them. */
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
            rig.engine.serve(FakeFunction.holding(whole));
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
