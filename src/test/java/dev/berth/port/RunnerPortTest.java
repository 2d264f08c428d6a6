package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.FakeWorker;
import dev.berth.ingress.IngressRig;
import dev.berth.ingress.MessageReader;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 and gRPC below the protocol: what the defaults would get wrong. */
final class RunnerPortTest {
    private static final MultiMap NO_HEADERS = MultiMap.caseInsensitiveMultiMap();

    private IngressRig rig;

    @BeforeEach
    void start() {
        rig = new IngressRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void connectionSurvivesAThousandCallsWhoseClientResetsEachOfThem() {
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);
        AtomicInteger refused = new AtomicInteger();
        for (int batch = 0; batch < 20; batch++) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(rig.client
                        .open(EngageClient.ENGAGE, NO_HEADERS)
                        .compose(call -> call.tryCall(IngressRig.MODEL)
                                .future()
                                .onSuccess(result ->
                                        refused.addAndGet(result.finished().getErrorCode() == 503 ? 1 : 0))
                                .compose(result -> call.request.reset(8).otherwiseEmpty())));
            }
            Await.of(Future.all(calls));
        }

        assertThat(refused).hasValue(1000);
        rig.registry.onAcquire = rig.registry::grant;
        assertThat(rig.client
                        .engage()
                        .tryCall(IngressRig.MODEL)
                        .data("x", true)
                        .result()
                        .body())
                .isEqualTo("x");
        rig.assertNothingLeft();
    }

    @Test
    void connectionSurvivesHundredsOfProtocolFailures() {
        for (int i = 0; i < 300; i++) {
            assertThat(rig.client.engage().data("x", false).result().status()).isEqualTo("2");
        }

        assertThat(rig.client
                        .engage()
                        .tryCall(IngressRig.MODEL)
                        .data("x", true)
                        .result()
                        .body())
                .isEqualTo("x");
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-held-back")
    void waitingCallsWithLargeBodiesDoNotStopTheOthersOfTheirConnection() {
        rig.registry.onAcquire = acquire -> {};
        List<EngageCall> stalled = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
            for (int frame = 0; frame < 120; frame++) {
                call.data(new byte[10 * 1024], false);
            }
            stalled.add(call);
            rig.registry.next(AcquireSlot.class);
        }
        rig.registry.onAcquire = rig.registry::grant;

        for (int i = 0; i < 50; i++) {
            assertThat(rig.client
                            .engage()
                            .tryCall(IngressRig.MODEL)
                            .data("go", true)
                            .result()
                            .body())
                    .isEqualTo("go");
        }
        stalled.forEach(EngageCall::cancel);
        rig.assertNothingLeft();
    }

    @Test
    void whatIsSentToEndedCallsDoesNotFillTheConnection() {
        rig.worker.script = FakeWorker.fail(ErrorCode.FUNCTION_FAILED);
        List<EngageCall> ended = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
            call.result();
            for (int frame = 0; frame < 100; frame++) {
                call.data(new byte[10 * 1024], false);
            }
            ended.add(call);
        }
        rig.worker.script = FakeWorker::echo;

        assertThat(rig.client
                        .engage()
                        .tryCall(IngressRig.MODEL)
                        .data("go", true)
                        .result()
                        .body())
                .isEqualTo("go");
        assertThat(ended).hasSize(12);
        rig.assertNothingLeft();
    }

    @Test
    void windowsAndStreamLimitAreTheConfiguredOnes() {
        Http2Settings settings = rig.client.connection.remoteSettings();

        assertThat(settings.getMaxConcurrentStreams()).isEqualTo(IngressRig.GRPC.maxConcurrentStreams());
        assertThat(settings.getInitialWindowSize()).isEqualTo(MessageReader.FIRST_WINDOW);
    }

    @Test
    void pingsAreAnsweredWithoutStreams() {
        Buffer data = Buffer.buffer("12345678");

        for (int i = 0; i < 50; i++) {
            // On the connection's own context: from elsewhere the answer may be missed.
            Future<Buffer> pong = Await.on(rig.client.context, () -> rig.client.connection.ping(data));
            assertThat(Await.of(pong)).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/grpc-web",
                "application/grpc-web-text",
                "application/grpc+json",
                "application/json",
                "text/plain"
            })
    void otherProtocolsAreRefused(String contentType) {
        EngageCall call = Await.of(rig.client.open(
                EngageClient.ENGAGE, MultiMap.caseInsensitiveMultiMap().add("content-type", contentType)));

        assertThat(call.result().http()).isEqualTo(415);
        rig.assertNothingLeft();
    }

    @Test
    void grpcOverHttp11IsRefused() {
        var http = rig.vertx.createHttpClient(new HttpClientOptions());
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(rig.ingress.port())
                .setURI(EngageClient.ENGAGE)
                .putHeader("content-type", "application/grpc");

        int status = Await.of(http.request(options)
                .compose(request -> request.send(Buffer.buffer()))
                .map(response -> response.statusCode()));

        assertThat(status).isEqualTo(415);
        rig.assertNothingLeft();
    }

    @Test
    void compressedMessagesAreRefused() {
        EngageCall.Result result = rig.client.engage("grpc-encoding", "gzip").result();

        assertThat(result.status()).isEqualTo("12");
        assertThat(result.text()).contains("gzip");
        rig.assertNothingLeft();
    }

    @Test
    void messageThatSaysItIsCompressedWithoutAnEncodingEndsItsStream() {
        EngageCall call = rig.client.engage();
        call.raw(1, "no protobuf".getBytes(StandardCharsets.UTF_8));

        assertThat(call.result().status()).isEqualTo("13");
        rig.assertNothingLeft();
    }

    @Test
    @Raises(ErrorCode.CANCELLED)
    void messageThatIsNoProtobufEndsItsStreamAndTearsItsCallDown() {
        rig.worker.script = FakeWorker::swallow;
        EngageCall call = rig.client.engage().tryCall(IngressRig.MODEL);
        call.raw(0, "no protobuf".getBytes(StandardCharsets.UTF_8));

        assertThat(call.result().status()).isEqualTo("13");
        assertThat(Await.next(rig.worker.failures).code()).isEqualTo(ErrorCode.CANCELLED);
        rig.assertNothingLeft();
    }

    @Test
    void unknownMethodsAreUnimplemented() {
        assertThat(Await.of(rig.client.open("/RunnerProtocol/Nope", NO_HEADERS))
                        .result()
                        .status())
                .isEqualTo("12");
    }

    @Test
    void legacySlotHashIdIsRawBytes() {
        byte[] sha1 = new byte[20];
        java.util.Arrays.fill(sha1, (byte) 0xC3);
        List<AcquireSlot> acquired = new ArrayList<>();
        rig.registry.onAcquire = acquire -> {
            acquired.add(acquire);
            rig.registry.grant(acquire);
        };

        rig.client
                .engage()
                .tryCall(dev.berth.proto.TryCall.newBuilder()
                        .setModelsCallJson(IngressRig.MODEL)
                        .setSlotHashId(com.google.protobuf.ByteString.copyFrom(sha1)))
                .data("", true)
                .result();

        assertThat(acquired.get(0).spec().key().bytes()).isEqualTo(sha1);
    }
}
