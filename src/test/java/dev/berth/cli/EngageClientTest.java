package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.berth.proto.CallFinished;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.grpc.common.GrpcError;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EngageClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TryCall TRY =
            TryCall.newBuilder().setModelsCallJson("{}").build();

    private final Vertx vertx = Vertx.vertx();
    private FakeRunner runner;
    private EngageClient client;

    @BeforeEach
    void start() throws Exception {
        runner = new FakeRunner(vertx);
        client = new EngageClient(vertx, runner.address(), null);
    }

    @AfterEach
    void stop() throws Exception {
        Blocking.await(vertx.close());
    }

    @Test
    void bodyIsCutIntoFramesAndEndsWithAnEmptyOne() throws Exception {
        Future<List<ClientMsg>> received = receiveAll();

        engage(EngageOptions.DEFAULT.withFrameBytes(10), call -> call.body().end(Buffer.buffer("x".repeat(25))));

        List<ClientMsg> messages = await(received);
        assertThat(messages.get(0).getTry()).isEqualTo(TRY);
        assertThat(messages.subList(1, 5))
                .extracting(message -> message.getData().getData().size())
                .containsExactly(10, 10, 5, 0);
        assertThat(messages.subList(1, 5))
                .extracting(message -> message.getData().getEof())
                .containsExactly(false, false, false, true);
    }

    @Test
    void headPiecesAndEndArriveInOrder() throws Exception {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200, "K", "v"));
            request.response().write(FakeRunner.data("one "));
            request.response().write(FakeRunner.data("two"));
            request.response().end(FakeRunner.succeeded());
        });
        List<String> heard = Collections.synchronizedList(new ArrayList<>());

        CallFinished finished = await(engage(EngageOptions.DEFAULT, call -> {
                    call.headHandler(head -> heard.add(head.getStatusCode() + " " + head.getHeadersCount()));
                    call.response()
                            .handler(piece -> heard.add(piece.toString()))
                            .endHandler(end -> heard.add("end"));
                    call.body().end();
                })
                .compose(EngageCall::finished));

        assertThat(heard).containsExactly("200 1", "one ", "two", "end");
        assertThat(finished.getDetails()).isEqualTo("id");
    }

    @Test
    void failedCallFailsTheBodyAndTellsItsEnd() throws Exception {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200));
            request.response().end(FakeRunner.failed(504, "Timed out", true));
        });
        Promise<Throwable> broken = Promise.promise();

        CallFinished finished = await(engage(
                        EngageOptions.DEFAULT,
                        call -> call.response().handler(piece -> {}).exceptionHandler(broken::tryComplete))
                .compose(EngageCall::finished));

        assertThat(finished.getErrorCode()).isEqualTo(504);
        assertThat(await(broken.future())).isInstanceOf(CallFailure.class).hasMessage("504 Timed out");
    }

    @Test
    void pausedResponseHoldsTheRunner() throws Exception {
        int pieces = 400;
        AtomicLong sent = new AtomicLong();
        Promise<Void> full = Promise.promise();
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200));
            sendWhileThereIsRoom(request, ByteString.copyFrom(new byte[64 << 10]), sent, pieces, full);
        });
        Promise<EngageCall> engaged = Promise.promise();
        AtomicLong received = new AtomicLong();

        Future<CallFinished> finished = engage(EngageOptions.DEFAULT, call -> {
                    call.response().handler(piece -> {
                        if (received.getAndAdd(piece.length()) == 0) {
                            call.response().pause();
                            engaged.complete(call);
                        }
                    });
                })
                .compose(EngageCall::finished);
        EngageCall call = await(engaged.future());
        await(full.future());
        assertThat(sent.get()).as("pieces sent to a reader that does not read").isLessThan(pieces / 2);
        assertThat(received.get()).isEqualTo(64 << 10);

        on(call, () -> call.response().resume());
        await(finished);
        assertThat(received.get()).isEqualTo((long) pieces * (64 << 10));
    }

    @Test
    void demandCountsPiecesOnly() throws Exception {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200));
            request.response().write(FakeRunner.data(""));
            request.response().write(FakeRunner.data("a"));
            request.response().write(FakeRunner.data("b"));
            request.response().end(FakeRunner.succeeded());
        });
        List<String> heard = Collections.synchronizedList(new ArrayList<>());

        CallFinished finished = await(engage(EngageOptions.DEFAULT, call -> {
                    call.response().pause();
                    call.response().handler(piece -> {
                        heard.add(piece.toString());
                        call.response().fetch(1);
                    });
                    call.response().fetch(1);
                })
                .compose(EngageCall::finished));

        assertThat(finished.getSuccess()).isTrue();
        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void statusInPlaceOfAnAnswerIsAFailure() throws Exception {
        runner.onEngage(request -> request.response()
                .status(GrpcStatus.UNKNOWN)
                .statusMessage("Protocol failure: expected ClientMsg_Try")
                .end());
        assertThat(failureOf(EngageOptions.DEFAULT)).hasMessage("UNKNOWN Protocol failure: expected ClientMsg_Try");
    }

    @Test
    void statusAfterMessagesIsAFailure() throws Exception {
        runner.onEngage(request -> request.response()
                .write(FakeRunner.head(200))
                .onSuccess(written -> request.response()
                        .status(GrpcStatus.RESOURCE_EXHAUSTED)
                        .statusMessage("too much")
                        .end()));
        assertThat(failureOf(EngageOptions.DEFAULT)).hasMessage("RESOURCE_EXHAUSTED too much");
    }

    @Test
    void streamThatEndsWithoutTheEndOfTheCallIsAFailure() throws Exception {
        runner.onEngage(request -> request.response().end(FakeRunner.head(200)));
        assertThat(failureOf(EngageOptions.DEFAULT).status()).isEqualTo("INTERNAL");
    }

    @Test
    void resetStreamIsAFailure() throws Exception {
        runner.onEngage(request -> request.response()
                .write(FakeRunner.head(200))
                .onSuccess(written -> request.response().cancel()));
        assertThat(failureOf(EngageOptions.DEFAULT).status()).isEqualTo("CANCELLED");
    }

    @Test
    void lostConnectionIsUnavailable() throws Exception {
        runner.onEngage(request -> request.connection().close());
        assertThat(failureOf(EngageOptions.DEFAULT).status()).isEqualTo("UNAVAILABLE");
    }

    @Test
    void connectionIsMadeAgainAfterItWasLost() throws Exception {
        runner.onEngage(request -> request.connection().close());
        failureOf(EngageOptions.DEFAULT);
        runner.onEngage(request -> request.response().end(FakeRunner.succeeded()));

        CallFinished finished = await(engage(EngageOptions.DEFAULT, call -> {}).compose(EngageCall::finished));

        assertThat(finished.getSuccess()).isTrue();
    }

    @Test
    void runnerThatIsNotThereIsUnavailable() {
        EngageClient lonely = new EngageClient(vertx, new RunnerAddress("127.0.0.1", 1), null);
        GrpcFailure failure =
                catchThrowableOfType(GrpcFailure.class, () -> await(lonely.engage(TRY, EngageOptions.DEFAULT)));
        assertThat(failure).hasMessage("UNAVAILABLE cannot connect to 127.0.0.1:1: Connection refused: /127.0.0.1:1");
    }

    @Test
    void cancelResetsTheStream() throws Exception {
        Promise<GrpcError> seen = Promise.promise();
        runner.onEngage(request -> {
            request.errorHandler(seen::tryComplete);
            request.response().write(FakeRunner.head(200));
        });

        Future<EngageCall> engaged = engage(EngageOptions.DEFAULT, call -> call.headHandler(head -> call.cancel()));

        assertThat(await(seen.future())).isEqualTo(GrpcError.CANCELLED);
        GrpcFailure failure =
                catchThrowableOfType(GrpcFailure.class, () -> await(engaged.compose(EngageCall::finished)));
        assertThat(failure.status()).isEqualTo("CANCELLED");
    }

    @Test
    void deadlineIsSentAndKept() throws Exception {
        Promise<Long> told = Promise.promise();
        runner.onEngage(request -> told.complete(request.timeout()));

        assertThat(failureOf(EngageOptions.DEFAULT.withDeadline(Duration.ofMillis(40)))
                        .status())
                .isEqualTo("DEADLINE_EXCEEDED");
        assertThat(await(told.future())).isEqualTo(40L);
    }

    @Test
    void loadBalancersDoNotHalfClose() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        runner.onEngage(request -> {
            request.endHandler(end -> seen.add("half-close"));
            request.handler(message -> {
                if (message.getData().getEof()) {
                    request.response().end(FakeRunner.succeeded());
                }
            });
        });

        await(engage(EngageOptions.LOAD_BALANCER, call -> call.body().end()).compose(EngageCall::finished));

        assertThat(seen).isEmpty();
    }

    @Test
    void writesAfterTheEndFail() throws Exception {
        runner.onEngage(request -> request.response().end(FakeRunner.failed(503, "busy", false)));
        EngageCall call = await(engage(EngageOptions.LOAD_BALANCER, engaged -> {}));
        await(call.finished());

        Future<Void> late = on(call, () -> call.body().write(Buffer.buffer("late")));

        assertThat(catchThrowableOfType(CallFailure.class, () -> await(late))).hasMessage("503 busy");
    }

    @Test
    void manyCallsShareOneConnection() throws Exception {
        List<Object> connections = Collections.synchronizedList(new ArrayList<>());
        runner.onEngage(request -> {
            connections.add(request.connection());
            request.handler(message -> {
                if (message.getData().getEof()) {
                    request.response().end(FakeRunner.succeeded());
                }
            });
        });
        List<Future<CallFinished>> calls = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            calls.add(engage(EngageOptions.DEFAULT, call -> call.body().end()).compose(EngageCall::finished));
        }

        await(Future.all(calls));

        assertThat(connections).hasSize(32);
        assertThat(connections.stream().distinct()).hasSize(1);
    }

    @Test
    void certificateOfTheRunnerIsVerified() throws Exception {
        String certificate = "src/test/resources/tls/localhost.crt";
        PemKeyCertOptions own =
                new PemKeyCertOptions().setCertPath(certificate).setKeyPath("src/test/resources/tls/localhost.key");
        FakeRunner secure = new FakeRunner(
                vertx, new HttpServerOptions().setSsl(true).setUseAlpn(true).setKeyCertOptions(own));
        secure.onEngage(request -> request.response().end(FakeRunner.succeeded()));
        RunnerAddress address = new RunnerAddress("localhost", secure.address().port());

        ClientTls knowing = new ClientTls(Path.of(certificate), null, null, true);
        ClientTls trusting = new ClientTls(null, null, null, false);
        ClientTls strict = new ClientTls(null, null, null, true);

        assertThat(callOnce(address, knowing).getSuccess()).isTrue();
        assertThat(callOnce(address, trusting).getSuccess()).isTrue();
        assertThat(catchThrowableOfType(GrpcFailure.class, () -> callOnce(address, strict))
                        .status())
                .isEqualTo("UNAVAILABLE");
    }

    private CallFinished callOnce(RunnerAddress address, ClientTls tls) throws Exception {
        return await(new EngageClient(vertx, address, tls)
                .engage(TRY, EngageOptions.DEFAULT)
                .compose(EngageCall::finished));
    }

    private GrpcFailure failureOf(EngageOptions options) {
        return catchThrowableOfType(
                GrpcFailure.class, () -> await(engage(options, call -> {}).compose(EngageCall::finished)));
    }

    private interface Script {
        void run(EngageCall call);
    }

    /** Opens a stream and runs the script on its context before anything arrives. */
    private Future<EngageCall> engage(EngageOptions options, Script script) {
        return client.engage(TRY, options).onSuccess(call -> {
            contexts.put(call, Vertx.currentContext());
            script.run(call);
        });
    }

    private final java.util.Map<EngageCall, Context> contexts = new java.util.concurrent.ConcurrentHashMap<>();

    private <T> T on(EngageCall call, Callable<T> action) throws Exception {
        Promise<T> done = Promise.promise();
        contexts.get(call).runOnContext(v -> {
            try {
                done.complete(action.call());
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return await(done.future());
    }

    private Future<List<ClientMsg>> receiveAll() {
        Promise<List<ClientMsg>> all = Promise.promise();
        runner.onEngage(request -> {
            List<ClientMsg> messages = new ArrayList<>();
            request.handler(messages::add);
            request.endHandler(end -> {
                all.complete(messages);
                request.response().end(FakeRunner.succeeded());
            });
        });
        return all.future();
    }

    private static void sendWhileThereIsRoom(
            GrpcServerRequest<ClientMsg, RunnerMsg> request,
            ByteString piece,
            AtomicLong sent,
            int pieces,
            Promise<Void> full) {
        while (sent.get() < pieces) {
            if (request.response().writeQueueFull()) {
                full.tryComplete();
                request.response().drainHandler(drained -> sendWhileThereIsRoom(request, piece, sent, pieces, full));
                return;
            }
            sent.incrementAndGet();
            request.response().write(FakeRunner.data(piece));
        }
        request.response().end(FakeRunner.succeeded());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return Blocking.await(future, PATIENCE);
    }
}
