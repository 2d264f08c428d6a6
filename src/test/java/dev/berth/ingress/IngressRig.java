package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import dev.berth.bus.BusCodecs;
import dev.berth.call.CallFactory;
import dev.berth.config.CallConfig;
import dev.berth.config.GrpcConfig;
import dev.berth.config.StatusConfig;
import dev.berth.config.StreamConfig;
import dev.berth.logs.LogBuffer;
import dev.berth.port.GrpcIngressVerticle;
import dev.berth.port.PortGate;
import dev.berth.port.RunnerTransport;
import dev.berth.proto.RunnerStatus;
import dev.berth.status.ColdCapacity;
import dev.berth.status.NodeFacts;
import dev.berth.status.StatusMeter;
import dev.berth.status.StatusVerticle;
import dev.berth.trace.CallTracer;
import dev.berth.why.WhyBook;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The runner port with a scripted registry and a scripted worker behind it, all on one local bus. */
public final class IngressRig implements AutoCloseable {
    public static final String NODE = "test";
    public static final int MAX_MESSAGE = 4 << 20;
    public static final int FRAME = 10 * 1024;
    public static final GrpcConfig GRPC = new GrpcConfig(
            "127.0.0.1", 0, MAX_MESSAGE, 8 << 20, 1 << 20, 10_000, FRAME, List.of(), limits(64 << 20), null);
    public static final CallConfig CALLS = new CallConfig(false, false, Map.of(), Set.of(), 0, 0, Set.of());
    public static final CallConfig DETACHED = new CallConfig(false, true, Map.of(), Set.of(), 0, 0, Set.of());
    public static final StatusConfig NO_STATUS = new StatusConfig(null, null, List.of(), Duration.ofSeconds(5), null);
    public static final String STATUS_IMAGE = "status:1";
    public static final String MODEL =
            "{\"id\":\"call-1\",\"image\":\"img:1\",\"app_id\":\"app\",\"fn_id\":\"fn\",\"timeout\":30,"
                    + "\"idle_timeout\":30,\"memory\":128,\"headers\":{\"X-A\":[\"1\"],\"Connection\":[\"close\"]}}";

    public final NodeBudget budget;
    public final PortGate gate;
    public final Vertx vertx;
    public final LogBuffer logs;
    public final IngressCounters counters = new IngressCounters();
    public final ColdCapacity cold = new ColdCapacity();
    public final FakeRegistry registry;
    public final FakeWorker worker;
    public final GrpcIngressVerticle ingress;
    public final EngageClient client;
    public final WhyBook why = new WhyBook(NODE, name -> name, System::currentTimeMillis, 1 << 20, 1);
    private final GrpcConfig grpc;

    /** What was counted of answers to Status, in order. */
    public final List<String> statusAnswers = new CopyOnWriteArrayList<>();

    /** With more patience than a test has: what ends here has another reason. */
    public static GrpcConfig.Limits limits(long budget) {
        return new GrpcConfig.Limits(budget, 1000, Duration.ofMinutes(5));
    }

    /** The usual settings with other limits. */
    public static GrpcConfig grpc(GrpcConfig.Limits limits, GrpcConfig.Tls tls, String... allow) {
        return new GrpcConfig(
                "127.0.0.1", 0, MAX_MESSAGE, 8 << 20, 1 << 20, 10_000, FRAME, List.of(allow), limits, tls);
    }

    public IngressRig() {
        this(GRPC, CALLS);
    }

    public IngressRig(GrpcConfig grpc, CallConfig calls) {
        this(grpc, calls, NO_STATUS);
    }

    public IngressRig(GrpcConfig grpc, HttpClientOptions client) {
        this(grpc, CALLS, NO_STATUS, client);
    }

    public IngressRig(GrpcConfig grpc, CallConfig calls, StatusConfig statusConfig) {
        this(grpc, calls, statusConfig, new HttpClientOptions());
    }

    /** With logs. */
    public IngressRig(LogBuffer logs) {
        this(GRPC, CALLS, NO_STATUS, new HttpClientOptions(), logs, CallTracer.NONE);
    }

    /** With traces. */
    public IngressRig(CallTracer tracer) {
        this(GRPC, CALLS, NO_STATUS, new HttpClientOptions(), null, tracer);
    }

    public IngressRig(GrpcConfig grpc, CallConfig calls, StatusConfig statusConfig, HttpClientOptions clientOptions) {
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
        NodeParts setup = new NodeParts(
                vertx.eventBus(),
                NODE,
                grpc,
                streams,
                new CallFactory(calls, STATUS_IMAGE, 0),
                counters,
                budget,
                logs,
                tracer,
                why,
                null);
        StatusVerticle status = new StatusVerticle(
                setup, new NodeFacts(NODE, NODE, "0", "process", false), statusConfig, this::answered, 1);
        ingress = new GrpcIngressVerticle(setup, gate, cold, status, 0);
        Await.of(vertx.deployVerticle(registry));
        Await.of(vertx.deployVerticle(worker));
        Await.of(vertx.deployVerticle(status));
        Await.of(vertx.deployVerticle(ingress));
        client = new EngageClient(vertx, ingress.port(), clientOptions);
    }

    private void answered(boolean cached, boolean success, StatusMeter.Network network) {
        statusAnswers.add((cached ? "cached " : "") + (success ? "good " : "bad ") + network);
    }

    public GrpcConfig.Tls tls() {
        return Objects.requireNonNull(grpc.tls());
    }

    /** A call of somebody else is served. */
    public void assertOthersAreServed() {
        registry.onAcquire = registry::grant;
        worker.script = FakeWorker::echo;
        assertThat(client.engage().tryCall(MODEL).data("go", true).result().body())
                .isEqualTo("go");
    }

    /** Whatever else is refused. */
    public void assertStatusAndHealthAnswer() {
        UnaryClient asks = new UnaryClient(client);
        RunnerStatus status = asks.ask("/RunnerProtocol/Status", Empty.getDefaultInstance(), RunnerStatus.parser());
        assertThat(status.getActive()).isPositive();
        asks.ask("/RunnerProtocol/Status2", Struct.getDefaultInstance(), RunnerStatus.parser());
        assertThat(asks.ask(
                                "/grpc.health.v1.Health/Check",
                                HealthCheckRequest.getDefaultInstance(),
                                HealthCheckResponse.parser())
                        .getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }

    /** Whatever happened: no open stream, no waiting call, no stream to a worker and no lease is left behind. */
    public void assertNothingLeft() {
        Await.until(ingress.context(), "Engage streams closed", () -> counters.active() == 0);
        Await.until(ingress.context(), "calls let go of", () -> ingress.pending() == 0);
        Await.until(worker.context(), "worker streams closed", () -> worker.active() == 0);
        Await.until(worker.context(), "leases handed back", () -> registry.leases.isEmpty());
        assertThat(counters.active()).isZero();
        Await.until(ingress.context(), "memory given back", () -> {
            // What is kept for the next streams goes at the next sweeps, which need not be waited for in each test.
            ingress.clients().sweep();
            return budget.taken() == 0;
        });
    }

    @Override
    public void close() {
        client.close();
        Await.of(vertx.undeploy(ingress.deploymentID()));
        Await.of(vertx.close());
    }
}
