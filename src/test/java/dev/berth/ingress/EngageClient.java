package dev.berth.ingress;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;

/**
 * A load balancer's connection, spoken by hand: it never half-closes unless told to, and can break every rule.
 */
public final class EngageClient implements AutoCloseable {
    public static final String ENGAGE = "/RunnerProtocol/Engage";

    public final HttpClientAgent http;
    public final HttpClientConnection connection;
    /** The connection's own. */
    public final Context context;

    public EngageClient(Vertx vertx, int port) {
        this(vertx, port, new HttpClientOptions());
    }

    public EngageClient(Vertx vertx, int port, HttpClientOptions options) {
        this(vertx, "127.0.0.1", port, options);
    }

    public EngageClient(Vertx vertx, String host, int port, HttpClientOptions options) {
        http = vertx.createHttpClient(options.setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(16 << 20)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(1 << 20)));
        context = vertx.getOrCreateContext();
        HttpConnectOptions to = new HttpConnectOptions().setHost(host).setPort(port);
        connection = Await.of(Await.on(context, () -> http.connect(to)));
        // What fails shows in the streams.
        connection.exceptionHandler(failure -> {});
    }

    public EngageCall engage() {
        return engage(MultiMap.caseInsensitiveMultiMap());
    }

    public EngageCall engage(String header, String value) {
        return engage(MultiMap.caseInsensitiveMultiMap().add(header, value));
    }

    public EngageCall engage(MultiMap headers) {
        return Await.of(open(ENGAGE, headers));
    }

    public Future<EngageCall> open(String path, MultiMap headers) {
        RequestOptions options = new RequestOptions().setMethod(HttpMethod.POST).setURI(path);
        return connection.request(options).map(request -> {
            request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
            headers.forEach(header -> request.putHeader(header.getKey(), header.getValue()));
            return new EngageCall(request);
        });
    }

    @Override
    public void close() {
        Await.of(connection.close());
        Await.of(http.close());
    }
}
