package dev.berth.ingress;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.grpc.server.GrpcServer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The runner port, on one event loop. Instances share the port: each takes its part of the connections. */
public final class GrpcIngressVerticle extends VerticleBase {
    private static final long GOODBYE_SECONDS = 2;

    private final IngressSetup setup;
    private final int instance;
    private @Nullable HttpServer server;
    private @Nullable NodeBus bus;

    /** @param instance from 0; part of the instance's bus address */
    public GrpcIngressVerticle(IngressSetup setup, int instance) {
        this.setup = setup;
        this.instance = instance;
    }

    @Override
    public Future<?> start() {
        return NodeBus.open(vertx, setup.bus(), setup.node().id(), instance, setup.stream())
                .compose(opened -> {
                    bus = opened;
                    server = vertx.createHttpServer(GrpcOptions.http(setup.grpc()));
                    return server.requestHandler(new GrpcDoor(grpcServer(opened)))
                            .listen();
                });
    }

    private GrpcServer grpcServer(NodeBus opened) {
        IngressParts parts = new IngressParts(
                new ExecutionParts(vertx, opened.desk(), opened, IngressSetup.WORKER_GRACE),
                setup.calls(),
                setup.counters(),
                setup.grpc().maxMessageBytes(),
                setup.grpc().responseFrameBytes());
        NodeStatus status = new NodeStatus(setup.node(), setup.counters(), opened::snapshot);
        return GrpcServer.server(vertx, GrpcOptions.grpc(setup.grpc()))
                .addService(new RunnerProtocolEndpoint(parts, status, new RunnerSettings(LogLevels::set)));
    }

    /** The port listened on. Once started. */
    public int port() {
        return server == null ? 0 : server.actualPort();
    }

    /** For tests. */
    Context context() {
        return context;
    }

    /** Calls waiting for a slot here, and streams to workers. For metrics and tests. */
    int pending() {
        return bus == null ? 0 : bus.desk().waiting() + bus.streams();
    }

    @Override
    public Future<?> stop() {
        Future<Void> closed =
                server == null ? Future.succeededFuture() : server.shutdown(GOODBYE_SECONDS, TimeUnit.SECONDS);
        return closed.eventually(() -> bus == null ? Future.succeededFuture() : bus.close());
    }
}
