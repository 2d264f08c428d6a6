package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;

/** HTTP/2 connections to a runner below gRPC, so that a stream can be broken off anywhere, within a message too. */
final class RawConnection {
    private static final int WINDOW = 16 << 20;
    private static final int NO_LINGER = 0;

    private RawConnection() {}

    /** Its connections are cut, not closed: the peer sees a reset. */
    static HttpClientAgent client(Vertx vertx) {
        return vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(WINDOW)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(1 << 20))
                .setSoLinger(NO_LINGER));
    }

    static Future<HttpClientConnection> connect(HttpClientAgent client, String host, int port) {
        return client.connect(new HttpConnectOptions()
                        .setServer(SocketAddress.inetSocketAddress(port, host))
                        .setHost(host)
                        .setPort(port))
                // Of a connection that is cut; its streams are told too.
                .onSuccess(connection -> connection.exceptionHandler(cut -> {}));
    }

    /** A new Engage stream of which nothing is sent yet. */
    static Future<HttpClientRequest> engage(HttpClientConnection connection) {
        return connection
                .request(new RequestOptions().setMethod(HttpMethod.POST).setURI("/RunnerProtocol/Engage"))
                .map(request -> request.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .setChunked(true));
    }
}
