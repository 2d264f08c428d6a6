package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 and gRPC below the calls. */
@OnRunner
final class TransportE2E {
    private static final int LIMIT = 4 << 20;
    private static final List<String> HTTP_HEADERS =
            List.of("content-type", "grpc-encoding", "grpc-accept-encoding", "grpc-status", "grpc-message");

    private static MultiMap header(String name, String value) {
        return MultiMap.caseInsensitiveMultiMap().add(name, value);
    }

    @Test
    @Rule("transport-cleartext")
    void statusIsAnsweredInCleartextWithPriorKnowledge(LiveRunner runner) {
        assertThat(runner.status().getNode().getNodeId()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Engage", "Status", "Status2", "ConfigureRunner", "StreamLogs"})
    @Rule("transport-paths")
    void everyMethodIsThereWithoutAPackage(String method, LiveRunner runner) {
        EngageCall.Result result =
                runner.open("/RunnerProtocol/" + method).halfClose().result();

        assertThat(result.status()).isNotEqualTo("12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/RunnerProtocol/Nope", "/fn.RunnerProtocol/Engage", "/"})
    @Rule("transport-unknown-method")
    void otherMethodsAreUnimplemented(String path, LiveRunner runner) {
        assertThat(runner.open(path).halfClose().result().status()).isEqualTo("12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web", "application/grpc+json", "application/json"})
    @Rule("transport-content-type")
    void otherContentTypesAreRefused(String type, LiveRunner runner) {
        EngageCall call = Await.of(runner.client().open(EngageClient.ENGAGE, header("content-type", type)));

        assertThat(call.result().http()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto"})
    @Rule("transport-content-type")
    void bothNamesOfGrpcAreTaken(String type, LiveRunner runner) {
        EngageCall call = Await.of(runner.client().open(EngageClient.ENGAGE, header("content-type", type)));

        assertThat(call.tryCall("{}").result().finished().getErrorCode()).isEqualTo(400);
    }

    @Test
    @Rule("transport-content-type")
    void http11IsRefused(LiveRunner runner) {
        HttpClient http = runner.vertx.createHttpClient();
        int status = Await.of(http.request(HttpMethod.POST, runner.port, runner.host, EngageClient.ENGAGE)
                .compose(request ->
                        request.putHeader("content-type", "application/grpc").send())
                .map(HttpClientResponse::statusCode));
        Await.of(http.close());

        assertThat(status).isEqualTo(415);
    }

    @Test
    @Rule("transport-compression")
    void compressionIsUnimplemented(LiveRunner runner) {
        assertThat(runner.client().engage("grpc-encoding", "gzip").result().status())
                .isEqualTo("12");
    }

    @Test
    @Rule("transport-message-limit")
    void aMessageOfTheLimitIsTakenAndALargerOneIsNot(LiveRunner runner) {
        byte[] message = EngageCall.frame(new byte[LIMIT - 16], false).toByteArray();

        EngageCall.Result fits = runner.start(CallDoc.of("read; send ok"))
                .data(new byte[LIMIT - 16], true)
                .result();
        EngageCall over = runner.start(CallDoc.of("read; send ok"));
        over.raw(0, new byte[LIMIT + 1]);

        assertThat(message.length).isLessThanOrEqualTo(LIMIT);
        assertThat(fits.body()).isEqualTo("ok");
        assertThat(over.result().status()).isEqualTo("8");
        assertThat(over.result().text()).isEqualTo("grpc: received message larger than max (4194305 vs. 4194304)");
    }

    @Test
    @Rule("transport-malformed")
    void aMessageThatIsNoProtobufEndsItsStream(LiveRunner runner) {
        EngageCall first = runner.client().engage();
        first.raw(0, "no protobuf".getBytes(StandardCharsets.UTF_8));
        EngageCall later = runner.start(CallDoc.of("read; send ok"));
        later.raw(0, "no protobuf".getBytes(StandardCharsets.UTF_8));

        assertThat(first.result().status()).isEqualTo("13");
        assertThat(later.result().status()).isEqualTo("13");
        runner.await("torn down", status -> status.getActive() == 0);
    }

    @Test
    @Rule("transport-unknown-fields")
    void unknownFieldsAreIgnored(LiveRunner runner) {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(
                        77,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("new"))
                                .build())
                .build();
        EngageCall call = runner.client().engage();
        call.send(ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder()
                        .setModelsCallJson(CallDoc.of("read; send ok").text())
                        .setUnknownFields(unknown))
                .setUnknownFields(unknown)
                .build());

        assertThat(call.data("", true).result().body()).isEqualTo("ok");
    }

    @Test
    @Rule("transport-resets")
    void hundredsOfResetStreamsLeaveTheConnection(LiveRunner runner) {
        for (int i = 0; i < 400; i++) {
            runner.client().engage().cancel();
        }

        assertThat(runner.run(CallDoc.of("read; send ok")).body()).isEqualTo("ok");
    }

    @Test
    @Rule("transport-pings")
    void pingsAreAnsweredWithoutStreams(LiveRunner runner) {
        try (EngageClient client = runner.connect()) {
            Buffer data = Buffer.buffer("12345678");
            for (int i = 0; i < 100; i++) {
                Future<Buffer> pong = Await.on(client.context, () -> client.connection.ping(data));
                assertThat(Await.of(pong)).isEqualTo(data);
            }
        }
    }

    @Test
    @Rule("transport-headers")
    void onlyGrpcsOwnHeadersAreSent(LiveRunner runner) {
        EngageCall call = runner.start(CallDoc.of("read; send ok")).data("", true);
        HttpClientResponse response = Await.of(call.request.response());
        call.result();

        assertThat(response.headers().names()).isSubsetOf(HTTP_HEADERS);
        assertThat(response.trailers().names()).isSubsetOf(HTTP_HEADERS);
    }
}
