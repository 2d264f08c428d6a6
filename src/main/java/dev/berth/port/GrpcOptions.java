package dev.berth.port;

import dev.berth.config.GrpcConfig;
import dev.berth.ingress.MessageReader;
import dev.berth.ingress.Oversize;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServerOptions;
import java.util.List;

/** How the runner port is set up. Every value here replaces a default that breaks a load balancer or wastes memory. */
public final class GrpcOptions {
    /**
     * Far more than is allowed: up to here a stream with too much metadata ends alone, beyond it the library ends the
     * connection.
     */
    private static final long MAX_HEADER_BYTES = 512 * 1024;

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
                // guard against floods of resets would cut such a balancer off after 200 calls. Ours counts only
                // streams that had not ended.
                .setHttp2RstFloodMaxRstFramePerWindow(Integer.MAX_VALUE)
                .setHttp2ConnectionWindowSize(config.connectionWindowBytes())
                .setInitialSettings(new Http2Settings()
                        .setInitialWindowSize(MessageReader.FIRST_WINDOW)
                        .setMaxConcurrentStreams(config.maxConcurrentStreams())
                        .setMaxHeaderListSize(MAX_HEADER_BYTES));
    }

    static GrpcServerOptions grpc() {
        return new GrpcServerOptions()
                .setMaxMessageSize(Oversize.MAX_SMALL_MESSAGE)
                .removeEnabledProtocol(GrpcProtocol.WEB)
                .removeEnabledProtocol(GrpcProtocol.WEB_TEXT)
                .removeEnabledProtocol(GrpcProtocol.TRANSCODING);
    }
}
