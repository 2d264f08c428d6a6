package dev.berth.cli;

import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.ConfigMsg;
import dev.berth.proto.ConfigStatus;
import dev.berth.proto.RunnerProtocolGrpcClient;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.ServiceMethod;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of one runner over one HTTP/2 connection, made when it is first needed and again after it broke.
 * May be used from any thread; futures complete, and calls live, on the context an operation is started on,
 * or on one of their own. Failures are {@link GrpcFailure}s.
 */
public final class EngageClient {
    private static final int MAX_MESSAGE = 4 << 20;
    private static final int CONNECTION_WINDOW = 16 << 20;
    private static final int STREAM_WINDOW = 1 << 20;
    private static final int CONNECT_MILLIS = 3_000;

    private boolean cluster;
    private final GrpcClient grpc;
    private final RunnerAddress address;
    private final SocketAddress socket;

    /** @param tls null: cleartext */
    public EngageClient(Vertx vertx, RunnerAddress address, @Nullable ClientTls tls) {
        this.address = address;
        this.socket = SocketAddress.inetSocketAddress(address.port(), address.host());
        this.grpc = GrpcClient.client(vertx, new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE), transport(tls));
    }

    /** Opens a stream and sends the TryCall. The body is written, and the answer read, by the {@link EngageCall}. */
    public Future<EngageCall> engage(TryCall tryCall, EngageOptions options) {
        return open(options)
                .onSuccess(
                        call -> call.send(ClientMsg.newBuilder().setTry(tryCall).build()));
    }

    /** Opens a stream on which nothing has been sent yet. */
    public Future<EngageCall> open(EngageOptions options) {
        return request(RunnerProtocolGrpcClient.Engage).map(request -> {
            options.metadata().forEach((name, value) -> request.headers().set(name, value));
            if (options.deadline() != null) {
                request.timeout(Math.max(1, options.deadline().toMillis()), TimeUnit.MILLISECONDS);
            }
            return new EngageCall(request, options, address);
        });
    }

    public Future<RunnerStatus> status() {
        return unary(RunnerProtocolGrpcClient.Status, Empty.getDefaultInstance());
    }

    public Future<RunnerStatus> status(Struct request) {
        return unary(RunnerProtocolGrpcClient.Status2, request);
    }

    /** Why a call went as it did. The answer of a runner that is too old to know has no {@code why}. */
    public Future<RunnerStatus> why(String callId) {
        byte[] id = callId.getBytes(StandardCharsets.UTF_8);
        return unary(
                RunnerProtocolGrpcClient.Status,
                Empty.getDefaultInstance(),
                Map.of("berth-why-bin", Base64.getEncoder().withoutPadding().encodeToString(id)));
    }

    /** The same, told of all nodes of a cluster too. */
    EngageClient withCluster() {
        cluster = true;
        return this;
    }

    public Future<ConfigStatus> configure(ConfigMsg config) {
        return unary(RunnerProtocolGrpcClient.ConfigureRunner, config);
    }

    /** Closes the connection, and with it whatever is open on it. */
    public Future<Void> close() {
        return grpc.close();
    }

    private <Q, R> Future<R> unary(ServiceMethod<R, Q> method, Q message) {
        return unary(method, message, cluster ? Map.of("berth-cluster", "1") : Map.of());
    }

    private <Q, R> Future<R> unary(ServiceMethod<R, Q> method, Q message, Map<String, String> metadata) {
        return request(method).compose(request -> {
            metadata.forEach((name, value) -> request.headers().set(name, value));
            Promise<R> answer = Promise.promise();
            request.exceptionHandler(failure -> answer.tryFail(RpcEnd.failure(failure, address)));
            request.response()
                    .onSuccess(response -> collect(response, answer))
                    .onFailure(failure -> answer.tryFail(RpcEnd.failure(failure, address)));
            request.end(message).onFailure(failure -> answer.tryFail(RpcEnd.failure(failure, address)));
            return answer.future();
        });
    }

    private <Q, R> void collect(GrpcClientResponse<Q, R> response, Promise<R> answer) {
        Promise<R> last = Promise.promise();
        response.exceptionHandler(failure -> answer.tryFail(RpcEnd.failure(failure, address)));
        response.errorHandler(error -> answer.tryFail(RpcEnd.failure(error)));
        response.handler(last::tryComplete);
        response.endHandler(end -> {
            GrpcFailure failure = RpcEnd.failureOf(response);
            if (failure != null) {
                answer.tryFail(failure);
            } else if (last.future().succeeded()) {
                answer.tryComplete(last.future().result());
            } else {
                answer.tryFail(new GrpcFailure("INTERNAL", "the runner sent no answer"));
            }
        });
    }

    private <Q, R> Future<GrpcClientRequest<Q, R>> request(ServiceMethod<R, Q> method) {
        return grpc.request(socket, method)
                .recover(failure -> Future.failedFuture(RpcEnd.unreachable(failure, address)));
    }

    /** The windows let one paused call hold its own stream without holding the connection. */
    private static HttpClientOptions transport(@Nullable ClientTls tls) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setConnectTimeout(CONNECT_MILLIS)
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
                .setInitialSettings(
                        new Http2Settings().setInitialWindowSize(STREAM_WINDOW).setPushEnabled(false));
        if (tls == null) {
            return options;
        }
        options.setSsl(true).setUseAlpn(true).setVerifyHost(tls.verify()).setTrustAll(!tls.verify());
        if (tls.authority() != null) {
            options.setTrustOptions(
                    new PemTrustOptions().addCertPath(tls.authority().toString()));
        }
        if (tls.certificate() != null && tls.key() != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .setCertPath(tls.certificate().toString())
                    .setKeyPath(tls.key().toString()));
        }
        return options;
    }
}
