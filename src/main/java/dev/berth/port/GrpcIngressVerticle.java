package dev.berth.port;

import dev.berth.ingress.ClassWarmUp;
import dev.berth.ingress.ClientStreams;
import dev.berth.ingress.ExecutionParts;
import dev.berth.ingress.IngressCounters;
import dev.berth.ingress.IngressParts;
import dev.berth.ingress.LogStreams;
import dev.berth.ingress.NodeBus;
import dev.berth.ingress.NodeParts;
import dev.berth.ingress.OpenStreams;
import dev.berth.proto.RunnerProtocolGrpcService;
import dev.berth.status.ColdCapacity;
import dev.berth.status.ConfigureRunner;
import dev.berth.status.Health;
import dev.berth.status.LogLevels;
import dev.berth.status.StatusSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcServer;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runner port, on one event loop. Instances share the port: each takes its part of the connections.
 *
 * <p>Undeploying takes no new connection and tells the clients of those there are that the node goes away. What they
 * have sent before they hear of it is still answered, with a refusal if the node drains; were it only dropped, a balancer
 * could not know that it never ran. Then streams that are open have a moment to end, and connections are closed.
 */
public final class GrpcIngressVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcIngressVerticle.class);
    private static final long GOODBYE_MILLIS = 2_000;
    /** Of a stop whose time is over. */
    private static final long SHORT_GOODBYE_MILLIS = 200;

    /** Until clients have heard of the GOAWAY. */
    private static final long FAREWELL_MILLIS = 1_000;

    private static final long SWEEP_MILLIS = 500;

    private final NodeParts node;
    private final ColdCapacity cold;
    private final StatusSource status;
    private final int instance;
    private final Future<Void> opening;
    private final ClientStreams clients;
    private final OpenStreams streams = new OpenStreams();
    private @Nullable HttpServer server;
    private @Nullable NodeBus bus;
    private @Nullable Health health;
    private @Nullable LogStreams logs;
    private long goodbyeMillis = GOODBYE_MILLIS;
    /** Those that speak HTTP/2. */
    private final Set<HttpConnection> connections = new HashSet<>();

    private @Nullable Promise<Void> farewell;

    /**
     * @param gate the one that the Vert.x instance's transport has
     * @param cold whether containers can be started
     * @param status answers for every instance of the node
     * @param instance from 0; part of the instance's bus address
     */
    public GrpcIngressVerticle(NodeParts node, PortGate gate, ColdCapacity cold, StatusSource status, int instance) {
        this(node, gate, cold, status, instance, Future.succeededFuture());
    }

    /**
     * The same.
     *
     * @param opening the port is opened when this has completed, however it did; all else is done before
     */
    public GrpcIngressVerticle(
            NodeParts node, PortGate gate, ColdCapacity cold, StatusSource status, int instance, Future<Void> opening) {
        this.opening = opening;
        this.node = node;
        this.cold = cold;
        this.status = status;
        this.instance = instance;
        this.clients = new ClientStreams(
                node.budget(), gate::greet, node.grpc().limits().openTimeout());
    }

    @Override
    public Future<?> start() {
        if (instance == 0) {
            // Not waited for: it runs beside the rest of the start.
            vertx.executeBlocking(
                    () -> {
                        ClassWarmUp.run(node.calls());
                        return null;
                    },
                    false);
        }
        return NodeBus.open(vertx, node, instance).compose(opened -> {
            bus = opened;
            vertx.setPeriodic(SWEEP_MILLIS, tick -> clients.sweep());
            IngressParts parts = parts(opened);
            GrpcDoor door = new GrpcDoor(parts, grpcServer(parts));
            return whenOpening().compose(now -> listen(door));
        });
    }

    private Future<Void> whenOpening() {
        Promise<Void> here = Promise.promise();
        opening.onComplete(now -> context.runOnContext(turn -> here.complete()));
        return here.future();
    }

    private Future<HttpServer> listen(GrpcDoor door) {
        HttpServerOptions options = GrpcOptions.http(node.grpc());
        if (node.grpc().tls() == null) {
            return listen(options, door);
        }
        TlsFiles tls = new TlsFiles(vertx, node.grpc().tls());
        return tls.apply(options).compose(ready -> listen(ready, door)).onSuccess(listening -> {
            // Instances share one listener, and with it its certificates.
            if (instance == 0) {
                tls.watch(listening);
            }
        });
    }

    private Future<HttpServer> listen(HttpServerOptions options, GrpcDoor door) {
        HttpServer created = vertx.createHttpServer(options);
        server = created;
        return created.connectionHandler(this::onConnection)
                .requestHandler(door)
                .listen();
    }

    /** What goes wrong on a connection ends its streams, which say so where it matters. */
    private void onConnection(HttpConnection connection) {
        if (farewell != null) {
            connection.close();
            return;
        }
        clients.greet(connection);
        if (clients.of(connection) != null) {
            connections.add(connection);
        }
        connection.closeHandler(closed -> forget(connection));
        connection.exceptionHandler(failure -> LOG.atDebug()
                .addKeyValue("client", connection.remoteAddress())
                .setCause(failure)
                .log("connection failed"));
    }

    private void forget(HttpConnection connection) {
        clients.forget(connection);
        connections.remove(connection);
        if (farewell != null && connections.isEmpty()) {
            farewell.tryComplete();
        }
    }

    private IngressParts parts(NodeBus opened) {
        LogStreams collectors = new LogStreams(context, node.logs(), node.budget());
        logs = collectors;
        return new IngressParts(
                new ExecutionParts(vertx, opened.slotRequests(), opened.planner(), opened, NodeParts.WORKER_GRACE),
                node.calls(),
                node.counters(),
                clients,
                streams,
                node.grpc().maxMessageBytes(),
                node.grpc().streamWindowBytes(),
                node.grpc().responseFrameBytes(),
                collectors,
                node.tracer(),
                node.meter(),
                node.why().ring(instance));
    }

    private GrpcServer grpcServer(IngressParts parts) {
        Health checks = new Health(
                vertx,
                Set.of("", RunnerProtocolGrpcService.SERVICE_NAME.fullyQualifiedName(), Health.COLD),
                node.counters(),
                cold,
                () -> node.cluster() == null || node.cluster().ready());
        health = checks;
        if (node.cluster() != null) {
            node.cluster().onChange(() -> context.runOnContext(turn -> checks.changed()));
        }
        node.counters().onStop(new StopHere(checks));
        cold.onChange(() -> context.runOnContext(turn -> checks.changed()));
        return GrpcServer.server(vertx, GrpcOptions.grpc())
                .addService(new RunnerProtocolEndpoint(parts, status, new ConfigureRunner(LogLevels::set)))
                .addService(checks)
                .addService(ReflectionService.v1());
    }

    /** Passes the stop on to what is confined to this context. */
    private final class StopHere implements IngressCounters.StopListener {
        private final Health checks;

        StopHere(Health checks) {
            this.checks = checks;
        }

        @Override
        public void drain() {
            context.runOnContext(turn -> {
                checks.changed();
                streams.drain();
            });
        }

        @Override
        public void cutOff() {
            context.runOnContext(turn -> {
                goodbyeMillis = SHORT_GOODBYE_MILLIS;
                streams.cutOff();
            });
        }
    }

    /** The port listened on. Once started. */
    public int port() {
        return server == null ? 0 : server.actualPort();
    }

    /** The context that all of it is confined to, once started. */
    public Context context() {
        return context;
    }

    /** For tests; once started. */
    public HttpServer server() {
        return Objects.requireNonNull(server);
    }

    /** For tests. */
    public ClientStreams clients() {
        return clients;
    }

    /** Calls waiting for a slot here, streams to workers, health watches, and collectors of logs. For metrics and tests. */
    public int pending() {
        int calls = bus == null ? 0 : bus.slotRequests().waiting() + bus.streams();
        return calls + (health == null ? 0 : health.watching()) + (logs == null ? 0 : logs.open());
    }

    @Override
    public Future<?> stop() {
        HttpServer listening = server;
        Future<Void> closed = listening == null
                ? Future.succeededFuture()
                : sayFarewell().compose(said -> listening.shutdown(goodbyeMillis, TimeUnit.MILLISECONDS));
        return closed.eventually(() -> bus == null ? Future.succeededFuture() : bus.close());
    }

    /** Has clients go and lets no new ones in, so that nobody goes on asking; streams that are open end as they do. */
    public void sendAway() {
        context.runOnContext(turn -> sayFarewell());
    }

    /** Completes when all clients have closed their connections, or have had the time to. */
    private Future<Void> sayFarewell() {
        Promise<Void> said = Promise.promise();
        farewell = said;
        connections.forEach(connection -> connection.goAway(0, Integer.MAX_VALUE));
        if (connections.isEmpty() || goodbyeMillis == SHORT_GOODBYE_MILLIS) {
            return Future.succeededFuture();
        }
        vertx.setTimer(FAREWELL_MILLIS, over -> said.tryComplete());
        return said.future();
    }
}
