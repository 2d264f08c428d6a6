package dev.berth.ingress;

import dev.berth.config.GrpcConfig;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServerOptions;
import java.util.List;

/** How the runner port is set up. Every value here replaces a default that breaks a load balancer or wastes memory. */
final class GrpcOptions {
    private static final long MAX_HEADER_BYTES = 64 * 1024;

    private GrpcOptions() {}

    /** All but the certificates. */
    static HttpServerOptions http(GrpcConfig config) {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setTcpKeepAlive(true)
                .setHttp2ClearTextEnabled(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2))
                // A balancer never half-closes, and its library resets each stream once it has its answer. The
                // guard against floods of resets would cut such a balancer off after 200 calls.
                .setHttp2RstFloodMaxRstFramePerWindow(Integer.MAX_VALUE)
                // Calls that wait are not read from. The connection's window has room for many of them, or
                // they would stop every other call of the same balancer.
                .setHttp2ConnectionWindowSize(config.connectionWindowBytes())
                .setInitialSettings(new Http2Settings()
                        .setInitialWindowSize(config.streamWindowBytes())
                        .setMaxConcurrentStreams(config.maxConcurrentStreams())
                        .setMaxHeaderListSize(MAX_HEADER_BYTES));
    }

    static GrpcServerOptions grpc(GrpcConfig config) {
        return new GrpcServerOptions()
                .setMaxMessageSize(config.maxMessageBytes())
                .removeEnabledProtocol(GrpcProtocol.WEB)
                .removeEnabledProtocol(GrpcProtocol.WEB_TEXT)
                .removeEnabledProtocol(GrpcProtocol.TRANSCODING);
    }
}
