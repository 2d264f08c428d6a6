package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.BusCodecs;
import dev.berth.call.CallFactory;
import dev.berth.config.CallConfig;
import dev.berth.config.GrpcConfig;
import dev.berth.config.StatusConfig;
import dev.berth.config.StreamConfig;
import dev.berth.logs.LogBuffer;
import dev.berth.trace.CallTracer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The runner port with a scripted registry and a scripted worker behind it, all on one local bus. */
final class IngressRig implements AutoCloseable {
    static final String NODE = "test";
    static final int MAX_MESSAGE = 4 << 20;
    static final int FRAME = 10 * 1024;
    static final GrpcConfig GRPC = new GrpcConfig(
            "127.0.0.1", 0, MAX_MESSAGE, 8 << 20, 1 << 20, 10_000, FRAME, List.of(), limits(64 << 20), null);
    static final CallConfig CALLS = new CallConfig(false, false, Map.of(), Set.of(), 0, 0, Set.of());
    static final CallConfig DETACHED = new CallConfig(false, true, Map.of(), Set.of(), 0, 0, Set.of());
    static final StatusConfig NO_STATUS = new StatusConfig(null, null, List.of(), Duration.ofSeconds(5), null);
    static final String STATUS_IMAGE = "status:1";
    static final String MODEL =
            "{\"id\":\"call-1\",\"image\":\"img:1\",\"app_id\":\"app\",\"fn_id\":\"fn\",\"timeout\":30,"
                    + "\"idle_timeout\":30,\"memory\":128,\"headers\":{\"X-A\":[\"1\"],\"Connection\":[\"close\"]}}";

    final NodeBudget budget;
    final PortGate gate;
    final Vertx vertx;
    final LogBuffer logs;
    final IngressCounters counters = new IngressCounters();
    final ColdCapacity cold = new ColdCapacity();
    final FakeRegistry registry;
    final FakeWorker worker;
    final GrpcIngressVerticle ingress;
    final EngageClient client;
    private final GrpcConfig grpc;

    static GrpcConfig.Limits limits(long budget) {
        return new GrpcConfig.Limits(budget, 1000, Duration.ofSeconds(10));
    }

    /** The usual settings with other limits. */
    static GrpcConfig grpc(GrpcConfig.Limits limits, GrpcConfig.Tls tls, String... allow) {
        return new GrpcConfig(
                "127.0.0.1", 0, MAX_MESSAGE, 8 << 20, 1 << 20, 10_000, FRAME, List.of(allow), limits, tls);
    }

    IngressRig() {
        this(GRPC, CALLS);
    }

    IngressRig(GrpcConfig grpc, CallConfig calls) {
        this(grpc, calls, NO_STATUS);
    }

    IngressRig(GrpcConfig grpc, HttpClientOptions client) {
        this(grpc, CALLS, NO_STATUS, client);
    }

    IngressRig(GrpcConfig grpc, CallConfig calls, StatusConfig statusConfig) {
        this(grpc, calls, statusConfig, new HttpClientOptions());
    }

    /** With logs. */
    IngressRig(LogBuffer logs) {
        this(GRPC, CALLS, NO_STATUS, new HttpClientOptions(), logs, CallTracer.NONE);
    }

    /** With traces. */
    IngressRig(CallTracer tracer) {
        this(GRPC, CALLS, NO_STATUS, new HttpClientOptions(), null, tracer);
    }

    IngressRig(GrpcConfig grpc, CallConfig calls, StatusConfig statusConfig, HttpClientOptions clientOptions) {
        this(grpc, calls, statusConfig, clientOptions, null, CallTracer.NONE);
    }

    private IngressRig(
            GrpcConfig grpc,
            CallConfig calls,
            StatusConfig statusConfig,
            HttpClientOptions clientOptions,
            LogBuffer logs,
            CallTracer tracer) {
        this.grpc = grpc;
        budget = new NodeBudget(grpc.limits().budgetBytes());
        gate = new PortGate(grpc);
        vertx = Vertx.builder().withTransport(RunnerTransport.create(gate)).build();
        this.logs = logs;
        BusCodecs.register(vertx);
        StreamConfig streams =
                new StreamConfig((int) FakeRegistry.WINDOW, 16 * 1024, Duration.ofSeconds(5), Duration.ofSeconds(15));
        registry = new FakeRegistry(NODE);
        worker = new FakeWorker(NODE, streams, registry);
        IngressSetup setup = new IngressSetup(
                vertx.eventBus(),
                new NodeFacts(NODE, NODE, "0", "process", false),
                grpc,
                streams,
                new CallFactory(calls, STATUS_IMAGE, 0),
                counters,
                budget,
                gate,
                cold,
                logs,
                tracer,
                null);
        StatusVerticle status = new StatusVerticle(setup, statusConfig, 1);
        ingress = new GrpcIngressVerticle(setup, status, 0);
        Await.of(vertx.deployVerticle(registry));
        Await.of(vertx.deployVerticle(worker));
        Await.of(vertx.deployVerticle(status));
        Await.of(vertx.deployVerticle(ingress));
        client = new EngageClient(vertx, ingress.port(), clientOptions);
    }

    GrpcConfig.Tls tls() {
        return Objects.requireNonNull(grpc.tls());
    }

    /** Whatever happened: no open stream, no waiting call, no stream to a worker and no lease is left behind. */
    void assertNothingLeft() {
        Await.until(ingress.context(), "Engage streams closed", () -> counters.active() == 0);
        Await.until(ingress.context(), "calls let go of", () -> ingress.pending() == 0);
        Await.until(worker.context(), "worker streams closed", () -> worker.active() == 0);
        Await.until(worker.context(), "leases handed back", () -> registry.leases.isEmpty());
        assertThat(counters.active()).isZero();
        Await.until(ingress.context(), "memory given back", () -> budget.taken() == 0);
    }

    @Override
    public void close() {
        client.close();
        Await.of(vertx.undeploy(ingress.deploymentID()));
        Await.of(vertx.close());
    }
}
