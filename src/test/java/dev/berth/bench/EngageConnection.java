package dev.berth.bench;

import com.google.protobuf.Empty;
import dev.berth.proto.RunnerProtocolGrpcClient;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.ServiceName;

/** One HTTP/2 connection to a runner, made when it is first used and again when it was lost. Used on one event loop. */
final class EngageConnection {
    private static final int MIB = 1 << 20;
    private static final int CONNECTION_WINDOW = 16 * MIB;
    private static final int MAX_MESSAGE = 4 * MIB;
    private static final int MAX_STREAMS = 100_000;
    private static final ServiceName SERVICE = ServiceName.create("RunnerProtocol");

    private final GrpcClient client;
    private final SocketAddress address;

    EngageConnection(Vertx vertx, SocketAddress address) {
        this.address = address;
        HttpClientOptions http = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
                .setHttp2MultiplexingLimit(MAX_STREAMS)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(MIB))
                .setHttp2KeepAliveTimeout(600);
        client = GrpcClient.builder(vertx)
                .with(http)
                .with(new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE))
                .build();
    }

    /** A new Engage stream, with messages as bytes. */
    Future<GrpcClientRequest<Buffer, Buffer>> engage() {
        return client.request(address).map(request ->
                (GrpcClientRequest<Buffer, Buffer>) request.serviceName(SERVICE).methodName("Engage"));
    }

    Future<RunnerStatus> status() {
        return RunnerProtocolGrpcClient.create(client, address).status(Empty.getDefaultInstance());
    }

    /** With all nodes of its cluster. */
    Future<RunnerStatus> clusterStatus() {
        return client.request(address, RunnerProtocolGrpcClient.Status).compose(request -> {
            request.headers().set("berth-cluster", "1");
            return request.send(Empty.getDefaultInstance()).compose(GrpcClientResponse::last);
        });
    }

    Future<Void> close() {
        return client.close();
    }
}
