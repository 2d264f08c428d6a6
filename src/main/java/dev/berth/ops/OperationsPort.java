package dev.berth.ops;

import dev.berth.config.ConfigException;
import dev.berth.config.GrpcConfig;
import dev.berth.config.HttpConfig;
import dev.berth.port.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations port: an HTTP/1.1 server on an event loop of its own, so that nothing that is asked of it holds up a
 * call, and so that it can tell from outside whether the loops that run calls turn. Its methods may be called from any
 * thread.
 */
public final class OperationsPort {
    private static final Logger LOG = LoggerFactory.getLogger(OperationsPort.class);
    /** The kernel's share of what nobody takes: left to itself it takes megabytes. */
    private static final int SEND_BUFFER = 64 * 1024;

    private static final int MAX_HEAD_LINE = 4_096;
    private static final int MAX_HEADERS = 8_192;
    private static final long MINUTE_MILLIS = 60_000;

    private final Vertx vertx;
    private final HttpConfig config;
    private final NodeView node;
    private final ConnectionGuard.Limits limits;
    private volatile int port;
    private boolean metersBegun;

    private OperationsPort(Vertx vertx, HttpConfig config, NodeView node, ConnectionGuard.Limits limits) {
        this.vertx = vertx;
        this.config = config;
        this.node = node;
        this.limits = limits;
    }

    /**
     * Opens it, on a thread that may block a little. Fails with ConfigException if the port cannot be had; where the
     * default is taken, it is any other.
     */
    public static Future<OperationsPort> open(HttpConfig config, NodeView node) {
        return open(config, config.port(), node, ConnectionGuard.Limits.DEFAULT);
    }

    /** @param port 0: any that is free */
    static Future<OperationsPort> open(HttpConfig config, int port, NodeView node, ConnectionGuard.Limits limits) {
        return apart().compose(vertx -> {
            OperationsPort opening = new OperationsPort(vertx, config, node, limits);
            return opening.listen(port)
                    .recover(opening::elsewhere)
                    .recover(opening::failed)
                    .map(opening);
        });
    }

    /** On a thread of its own: on one of another Vert.x it is begun with a warning. */
    private static Future<Vertx> apart() {
        Promise<Vertx> begun = Promise.promise();
        Runnable begin = () -> {
            try {
                begun.complete(vertx());
            } catch (RuntimeException failure) {
                begun.fail(failure);
            }
        };
        new Thread(begin, "operations-port").start();
        return begun.future();
    }

    private static Vertx vertx() {
        Transport fast = Transport.nativeTransport();
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
        return Vertx.builder()
                .with(options)
                .withTransport(fast != null && fast.available() ? fast : Transport.NIO)
                .build();
    }

    /** As a verticle: what else is begun on a thread of another Vert.x runs on the loops of that one. */
    private Future<Void> listen(int wanted) {
        return vertx.deployVerticle(context -> {
                    completeMeters();
                    vertx.setPeriodic(
                            MINUTE_MILLIS,
                            tick -> vertx.executeBlocking(() -> {
                                node.meters().turn();
                                return null;
                            }));
                    Duration pushed = node.meters().pushed();
                    if (pushed != null) {
                        vertx.setPeriodic(
                                pushed.toMillis(),
                                tick -> node.registry()
                                        .get()
                                        .onComplete(seen -> node.meters().look(seen.result())));
                    }
                    LoopWatch watch = LoopWatch.start(vertx, node.loops(), node.meters()::lag);
                    return serveSecured(options(wanted), config.tls(), watch);
                })
                .mapEmpty();
    }

    /** Beside the rest: what it loads takes longer than all else here. Once, however many ports are tried. */
    private void completeMeters() {
        if (!metersBegun) {
            metersBegun = true;
            vertx.executeBlocking(() -> {
                node.meters().complete(node.cluster());
                return null;
            });
        }
    }

    private HttpServerOptions options(int wanted) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(wanted)
                .setHttp2ClearTextEnabled(false)
                .setAlpnVersions(List.of(HttpVersion.HTTP_1_1))
                .setMaxInitialLineLength(MAX_HEAD_LINE)
                .setMaxHeaderSize(MAX_HEADERS);
        options.setSendBufferSize(SEND_BUFFER);
        return options;
    }

    private Future<HttpServer> serveSecured(
            HttpServerOptions options, GrpcConfig.@Nullable Tls files, LoopWatch watch) {
        if (files == null) {
            return serve(options, watch);
        }
        TlsFiles tls = new TlsFiles(vertx, files);
        return tls.apply(options).compose(ready -> serve(ready, watch)).onSuccess(tls::watch);
    }

    private Future<HttpServer> serve(HttpServerOptions options, LoopWatch watch) {
        ConnectionGuard connections = new ConnectionGuard(vertx, limits);
        Gatekeeper gate = new Gatekeeper(config, new Tokens(config, System::nanoTime));
        NodeFeed feed = new NodeFeed(vertx.getOrCreateContext(), node);
        HealthPages health = new HealthPages(node, watch);
        List<Endpoint> endpoints = new ArrayList<>(health.endpoints());
        endpoints.addAll(new MetricsPage(vertx, node.meters(), feed).endpoints());
        endpoints.addAll(new ApiPages(node, feed).endpoints());
        endpoints.addAll(new CallPages(vertx, node).endpoints());
        endpoints.add(new LogPages(vertx, node.output(), connections).endpoint());
        endpoints.addAll(new ActionPages(node, feed).endpoints());
        endpoints.add(new LiveStream(vertx, node, feed, connections, limits.untaken()).endpoint());
        endpoints.add(OpenApi.document(endpoints, node.facts().version()));
        endpoints.addAll(ConsoleFiles.endpoints());
        return vertx.createHttpServer(options)
                .connectionHandler(connections::opened)
                .requestHandler(new Pages(vertx, gate, connections, endpoints, node.meters()::answered))
                .listen()
                .onSuccess(server -> {
                    port = server.actualPort();
                    node.meters().ready(health::isReady);
                    LOG.info("operations port on {}:{}", config.host(), port);
                });
    }

    /** Several runners of a machine have the same default. */
    private Future<Void> elsewhere(Throwable failure) {
        String why = String.valueOf(failure.getMessage());
        if (config.mayBeTaken() && why.contains("Address already in use")) {
            LOG.warn("port {} of {} is taken; set http.port to another one", config.port(), config.host());
            return listen(0);
        }
        return Future.failedFuture(failure);
    }

    /** Its loop is not waited for: nobody could be told on it that it has ended. */
    private Future<Void> failed(Throwable failure) {
        vertx.close();
        return Future.failedFuture(new ConfigException(List.of("http.port = " + config.port()
                + ": cannot listen on http.host = " + config.host() + ": " + failure.getMessage())));
    }

    /** Loads what the first question would load. */
    public Future<Void> rehearse() {
        HttpClient client = vertx.createHttpClient();
        return client.request(HttpMethod.GET, port, config.host(), "/metrics")
                .compose(request -> request.send().compose(HttpClientResponse::end))
                .eventually(client::close);
    }

    /** The port listened on. */
    public int port() {
        return port;
    }

    public Future<Void> close() {
        return vertx.close();
    }
}
