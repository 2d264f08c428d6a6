package dev.berth.status;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.berth.ingress.IngressCounters;
import dev.berth.ingress.Unary;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.handler.GrpcHealthCheckV1Handler;
import io.vertx.grpc.health.handler.GrpcHealthListV1Handler;
import io.vertx.grpc.health.handler.GrpcHealthWatchV1Handler;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthListRequest;
import io.vertx.grpc.health.v1.HealthListResponse;
import io.vertx.grpc.health.v1.HealthProto;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.StatusException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * {@code grpc.health.v1.Health} of one ingress instance: serving until the node drains, and under one of the names
 * only while containers can be started. Its messages are the
 * library's; its handlers are ours, since the library's keep watchers that have gone.
 *
 * <p>Confined to the instance's context.
 */
public final class Health implements Service {
    private static final ServiceName NAME = ServiceName.create("grpc.health.v1.Health");
    /** The name under which to ask whether containers can be started. */
    public static final String COLD = "RunnerProtocol.Cold";

    private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> CHECK =
            GrpcHealthCheckV1Handler.SERVICE_METHOD;
    private static final ServiceMethod<HealthListRequest, HealthListResponse> LIST =
            GrpcHealthListV1Handler.SERVICE_METHOD;

    private final Vertx vertx;
    private final Set<String> services;
    private final IngressCounters counters;
    private final ColdCapacity cold;
    private final BooleanSupplier enough;
    private final Map<GrpcServerRequest<HealthCheckRequest, HealthCheckResponse>, Watched> watchers = new HashMap<>();

    private record Watched(String service, ServingStatus told) {}

    /**
     * @param services names that may be asked for; the empty one is the whole server
     * @param enough whether as many nodes are there as should be; {@link #changed} is to be called when that changes
     */
    public Health(
            Vertx vertx, Set<String> services, IngressCounters counters, ColdCapacity cold, BooleanSupplier enough) {
        this.enough = enough;
        this.vertx = vertx;
        this.services = services;
        this.counters = counters;
        this.cold = cold;
    }

    @Override
    public ServiceName name() {
        return NAME;
    }

    @Override
    public ServiceDescriptor descriptor() {
        return HealthProto.getDescriptor().findServiceByName("Health");
    }

    @Override
    public void bind(GrpcServer server) {
        Unary.bind(server, vertx, CHECK, this::check);
        Unary.bind(server, vertx, LIST, this::list);
        server.callHandler(GrpcHealthWatchV1Handler.SERVICE_METHOD, this::watch);
    }

    private Future<HealthCheckResponse> check(HealthCheckRequest request) {
        ServingStatus status = status(request.getService());
        if (status == ServingStatus.SERVICE_UNKNOWN) {
            throw new StatusException(GrpcStatus.NOT_FOUND, "unknown service");
        }
        return Future.succeededFuture(response(status));
    }

    private Future<HealthListResponse> list(HealthListRequest request) {
        HealthListResponse.Builder list = HealthListResponse.newBuilder();
        services.forEach(service -> list.putStatuses(service, response(status(service))));
        return Future.succeededFuture(list.build());
    }

    private void watch(GrpcServerRequest<HealthCheckRequest, HealthCheckResponse> request) {
        request.messageHandler(message -> {
            if (!watchers.containsKey(request)) {
                watch(request, message);
            }
        });
        request.errorHandler(error -> watchers.remove(request));
        request.exceptionHandler(gone -> watchers.remove(request));
        request.response().exceptionHandler(gone -> watchers.remove(request));
    }

    private void watch(GrpcServerRequest<HealthCheckRequest, HealthCheckResponse> request, GrpcMessage message) {
        String service;
        try {
            service = GrpcHealthWatchV1Handler.SERVICE_METHOD
                    .decoder()
                    .decode(message)
                    .getService();
        } catch (CodecException malformed) {
            request.response().fail(new StatusException(GrpcStatus.INTERNAL, "message cannot be decoded"));
            return;
        }
        ServingStatus status = status(service);
        watchers.put(request, new Watched(service, status));
        request.response().write(response(status));
    }

    /** Tells those who watch if what they watch has changed. */
    public void changed() {
        watchers.replaceAll((request, watched) -> {
            ServingStatus now = status(watched.service());
            if (watched.told() != now) {
                request.response().write(response(now));
            }
            return new Watched(watched.service(), now);
        });
    }

    /** Streams that watch. For tests. */
    public int watching() {
        return watchers.size();
    }

    private ServingStatus status(String service) {
        if (!services.contains(service)) {
            return ServingStatus.SERVICE_UNKNOWN;
        }
        boolean refused = counters.draining() || !enough.getAsBoolean() || (service.equals(COLD) && !cold.there());
        return refused ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
