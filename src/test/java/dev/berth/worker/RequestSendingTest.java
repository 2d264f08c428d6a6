package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.Header;
import dev.berth.conformance.Rule;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a request reaches the function: framing, order, early answers, and functions that do not listen. */
final class RequestSendingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final int BIG = 4 << 20;

    @Test
    void theHeadIsSentBeforeAnyOfTheBody() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CompletableFuture<Void> gotHead = new CompletableFuture<>();
            rig.engine.serve(talk -> {
                talk.readHead();
                gotHead.complete(null);
                talk.readBody();
                talk.write(OK);
            });
            String id = rig.ready();
            TestCall call = rig.call(id);
            gotHead.get(20, TimeUnit.SECONDS);
            assertThat(call.endBody().code()).isNull();
        }
    }

    @Test
    void aSmallCallThatIsThereIsSentInOnePiece() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CompletableFuture<String> piece = new CompletableFuture<>();
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write(OK);
                piece.complete(talk.readOnce());
                talk.write(OK);
                talk.readToEnd();
            });
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);

            WorkerRig.Hold hold = rig.holdUp();
            TestCall call = rig.call(id).write("body").endBody();
            rig.settleCaller();
            hold.release();
            assertThat(call.code()).isNull();
            assertThat(piece.get(20, TimeUnit.SECONDS))
                    .startsWith("POST /call HTTP/1.1\r\n")
                    .endsWith("\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
        }
    }

    @Test
    void aBigFirstPieceFollowsTheHead() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            WorkerRig.Hold hold = rig.holdUp();
            Buffer big = Buffer.buffer("x".repeat(WorkerRig.MAX_FRAME)).appendString("y");
            TestCall call = rig.call(id).write(big).write("z").endBody();
            rig.settleCaller();
            hold.release();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo(big + "z");
        }
    }

    @Test
    void anEmptyBodyIsChunkedToo() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            assertThat(rig.engine.last().function().bodies()).hasSize(1);
            assertThat(rig.engine.last().function().heads().get(0)).containsIgnoringCase("transfer-encoding: chunked");
        }
    }

    @Test
    void anEmptyPieceDoesNotEndTheBody() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            TestCall call =
                    rig.call(id).write("a").write(Buffer.buffer()).write("b").endBody();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("ab");
        }
    }

    @Test
    void aBodyOfMegabytesGoesThereAndBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            TestCall call = rig.call(id);
            call.writeAll(Buffer.buffer("x".repeat(BIG)));
            assertThat(call.endBody().code()).isNull();
            assertThat(call.bodyLength()).isEqualTo(BIG);
        }
    }

    /** Heads of many sizes, so that with one of them the socket takes the head and not all of the piece after it. */
    @Test
    void aPieceThatArrivesWhileABigHeadIsWrittenIsNotLost() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            Semaphore read = new Semaphore(0);
            rig.engine.serve(talk -> {
                read.acquire();
                talk.readHead();
                byte[] body = talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n");
                talk.write(body);
            });
            String id = rig.ready();
            String first = "1".repeat(16 * 1024);
            for (int size = 150_000; size < 450_000; size += 8 * 1024) {
                var request = rig.request(Duration.ofSeconds(30), new Header("X-Big", "h".repeat(size)));
                TestCall call = rig.call(id, request).write(first);
                rig.settle();
                call.write("2").write("3").endBody();
                rig.settle();
                read.release();
                assertThat(call.code()).isNull();
                assertThat(call.body()).as("after a head of %s", size).isEqualTo(first + "23");
                rig.heard(ContainerReleased.class);
            }
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void theUserAgentIsTheCallersFirst() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            var request = rig.request(
                    Duration.ofSeconds(30), new Header("user-agent", "mine"), new Header("User-Agent", "other"));
            assertThat(rig.call(id, request).endBody().code()).isNull();
            assertThat(rig.engine.last().function().heads().get(0))
                    .containsIgnoringCase("user-agent: mine\r\n")
                    .doesNotContain("other");
        }
    }

    @Test
    @Rule("container-impossible-header")
    void aCallWithAnImpossibleHeaderFailsAndReachesNobody() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            var request = rig.request(Duration.ofSeconds(30), new Header("X-A", "a\r\nX-Forged: b"));
            assertThat(rig.call(id, request).endBody().code()).isEqualTo(ErrorCode.RESPONSE_BROKEN);
            rig.heard(ContainerReleased.class);
            assertThat(rig.call(id).endBody().code()).isNull();
            assertThat(rig.engine.last().function().heads()).hasSize(1);
        }
    }

    @Test
    void answeringBeforeTheRequestIsCompleteIsAPrematureWrite() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.write(OK);
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id).write("some");
            assertThat(call.code()).isEqualTo(ErrorCode.PREMATURE_WRITE);
            assertThat(call.answered()).isFalse();
            rig.heard(ContainerReleased.class);
            assertThat(rig.snapshot().in(ContainerState.IDLE)).isEqualTo(1);
            WorkerRig.until(
                    "connection is closed", () -> rig.engine.last().function().open() == 0);
        }
    }

    @Test
    void aFunctionThatNeverReadsABigBodyWritesPrematurelyAndIsKept() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                if (rig.engine.last().function().accepted() == 1) {
                    stuck.await();
                    talk.write(OK);
                    over.await();
                } else {
                    talk.readBody();
                    talk.write(OK);
                }
            });
            String id = rig.ready();
            TestCall call = rig.call(id);
            call.writeAll(Buffer.buffer("x".repeat(BIG))).endBody();
            untilStuck(rig, call);
            stuck.countDown();
            assertThat(call.code()).isEqualTo(ErrorCode.PREMATURE_WRITE);
            rig.heard(ContainerReleased.class);
            assertThat(rig.engine.last().function().open()).isEqualTo(1);

            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            over.countDown();
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("connection-letting-go")
    void aFunctionThatReadsNoMoreHoldsNoConnection() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (WorkerRig rig = WorkerRig.start()) {
            Semaphore stuck = new Semaphore(0);
            rig.engine.serve(talk -> {
                talk.readHead();
                stuck.acquire();
                talk.write(OK);
                over.await();
            });
            String id = rig.ready();
            for (int i = 0; i < 3; i++) {
                TestCall call = rig.call(id);
                call.writeAll(Buffer.buffer("x".repeat(BIG))).endBody();
                untilStuck(rig, call);
                stuck.release();
                assertThat(call.code()).isEqualTo(ErrorCode.PREMATURE_WRITE);
                rig.heard(ContainerReleased.class);
            }
            over.countDown();
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    /** Until the function's socket, and all that lies before it, takes no more of the body. */
    private static void untilStuck(WorkerRig rig, TestCall call) throws Exception {
        int rounds = 0;
        for (int left = -1; rounds < 20; rounds++) {
            rig.settle();
            if (call.unwritten() != left) {
                left = call.unwritten();
                rounds = 0;
            }
        }
        assertThat(call.unwritten()).isPositive();
    }

    @Test
    void answeringWithoutReadingASmallBodyIsFine() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch bodySent = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                bodySent.await();
                talk.write(OK);
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id).write("small").endBody();
            rig.settle();
            bodySent.countDown();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("ok");
        }
    }

    @Test
    void anErrorMayComeBeforeTheRequestIsComplete() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id).write("some");
            assertThat(call.code()).isEqualTo(ErrorCode.FUNCTION_FAILED);
            rig.heard(ContainerReleased.class);
            WorkerRig.until(
                    "connection is closed", () -> rig.engine.last().function().open() == 0);
        }
    }

    @Test
    void aCallThatAllowsItIsAnsweredWhileItsRequestIsStillArriving() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
                talk.readBody();
                talk.write("3\r\ntwo\r\n0\r\n\r\n");
                talk.readHead();
            });
            String id = rig.ready();
            TestCall call = rig.call(id, WorkerRig.early(rig.request()));
            assertThat(call.head().status()).isEqualTo(200);
            call.write("body").endBody();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("onetwo");
            rig.heard(ContainerReleased.class);
            assertThat(rig.engine.last().function().open()).isEqualTo(1);
        }
    }

    @Test
    @Rule("container-early-end")
    void aCompleteEarlyAnswerEndsTheCallAndTheConnection() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CompletableFuture<byte[]> rest = new CompletableFuture<>();
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.write(OK);
                rest.complete(talk.readToEnd());
            });
            String id = rig.ready();
            TestCall call = rig.call(id, WorkerRig.early(rig.request())).write("begun");
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("ok");
            rig.heard(ContainerReleased.class);
            assertThat(new String(rest.get(20, TimeUnit.SECONDS), StandardCharsets.US_ASCII))
                    .doesNotContain("0\r\n\r\n");
            assertThat(rig.call(id, WorkerRig.early(rig.request())).code()).isNull();
            assertThat(rig.engine.last().function().accepted()).isEqualTo(2);
        }
    }

    @Test
    void hangingUpOnTheRequestIsAClosedPipe() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> talk.readHead());
            String id = rig.ready();
            TestCall call = rig.call(id);
            assertThat(call.code()).isEqualTo(ErrorCode.REQUEST_PIPE_CLOSED);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void aNewFunctionThatTakesNoConnectionHasFailedToStart() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            rig.engine.last().function().close();
            TestCall call = rig.call(id).endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.INIT_FAILED);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("container-unreached")
    void aFunctionThatHasAnsweredAndIsGoneHandsTheNextCallBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(FakeFunction.answeringOnce(OK));
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.engine.last().function().close();
            assertThat(rig.call(id).write("again").endBody().code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    /** It may have acted on what it has read, and would do so again in every container. */
    @Test
    void aCallWhoseBigHeadWasReadInPartIsNotPlacedAgain() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> talk.readOnce());
            String id = rig.ready();
            var request = rig.request(Duration.ofSeconds(30), new Header("X-Big", "h".repeat(BIG)));

            // The first if all of the body had come by then.
            assertThat(rig.call(id, request).endBody().code())
                    .isIn(ErrorCode.RESPONSE_BROKEN, ErrorCode.REQUEST_PIPE_CLOSED);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }
}
