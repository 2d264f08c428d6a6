package dev.berth;

import dev.berth.bus.Addresses;
import dev.berth.bus.BusCodecs;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.CallFactory;
import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.ClusterStart;
import dev.berth.cluster.ClusterVerticle;
import dev.berth.cluster.Member;
import dev.berth.cluster.Membership;
import dev.berth.config.LoadedConfig;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.config.RunnerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Engine;
import dev.berth.engine.InstanceDirectory;
import dev.berth.engine.docker.EngineCallListener;
import dev.berth.ingress.CallMeter;
import dev.berth.ingress.IngressCounters;
import dev.berth.ingress.NodeBudget;
import dev.berth.ingress.NodeBus;
import dev.berth.ingress.NodeParts;
import dev.berth.logs.FunctionLogs;
import dev.berth.logs.LogBuffer;
import dev.berth.ops.NodeView;
import dev.berth.ops.OperationsPort;
import dev.berth.ops.meter.NodeMeters;
import dev.berth.port.GrpcIngressVerticle;
import dev.berth.port.OpenPortWarning;
import dev.berth.port.PortGate;
import dev.berth.port.RunnerTransport;
import dev.berth.registry.NodeCapacity;
import dev.berth.registry.SlotObserver;
import dev.berth.registry.SlotRegistryVerticle;
import dev.berth.rehearsal.RealLoad;
import dev.berth.rehearsal.Rehearsal;
import dev.berth.status.ColdCapacity;
import dev.berth.status.NodeFacts;
import dev.berth.status.StatusVerticle;
import dev.berth.why.WhyBook;
import dev.berth.worker.ContainerWorkerVerticle;
import dev.berth.worker.FreezeSwitch;
import dev.berth.worker.WorkerParts;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One runner: starts its parts in the order worker, registry, ingress, and takes them down in the reverse
 * order. Its methods may be called from any thread.
 */
public final class RunnerService {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerService.class);
    private static final long WITHOUT_LIMIT = TimeUnit.DAYS.toMillis(365);

    private static final Duration FAILED_START_CLOSE = Duration.ofSeconds(10);

    static final String CONTAINERS = "containers";

    private final @Nullable Membership membership;

    /** This start of the runner, in its addresses. Its id is for people, and two runners may have the same. */
    private final String incarnation;

    private final Vertx vertx;
    private final EventBus bus;
    private final RunnerConfig config;
    private final List<Effective> settings;
    private final @Nullable LogBuffer logs;
    private final IngressCounters counters = new IngressCounters();
    private final NodeBudget budget;
    private final PortGate gate;
    private final ColdCapacity cold = new ColdCapacity();
    private final RunnerParts parts;
    private final WhyBook why;
    private final RunnerStop stop;
    private final List<GrpcIngressVerticle> ingresses = new ArrayList<>();
    private final Promise<Void> failed = Promise.promise();
    private volatile @Nullable ClusterBoard board;
    private @Nullable ClusterVerticle cluster;
    private @Nullable Engine engine;
    private @Nullable Rehearsal rehearsal;
    private @Nullable OperationsPort operations;
    private @Nullable NodeMeters meters;

    /**
     * How a runner has stopped.
     *
     * @param callsCutOff calls that were ended because time was over
     * @param leftBehind what could not be removed or closed; the next start on this machine removes it
     */
    public record StopReport(int callsCutOff, List<String> leftBehind) {
        public StopReport {
            leftBehind = List.copyOf(leftBehind);
        }

        /** Whether every call has ended by itself, and nothing is left. */
        public boolean orderly() {
            return callsCutOff == 0 && leftBehind.isEmpty();
        }
    }

    private RunnerService(Vertx vertx, @Nullable Membership membership, LoadedConfig loaded, PortGate gate) {
        RunnerConfig config = loaded.config();
        this.settings = loaded.effective();
        this.gate = gate;
        this.budget = new NodeBudget(config.grpc().limits().budgetBytes());
        this.vertx = vertx;
        this.membership = membership;
        this.incarnation = membership == null ? UUID.randomUUID().toString() : membership.incarnation();
        this.bus = BusCodecs.register(vertx);
        this.config = config;
        this.logs = config.logs().stream() ? new LogBuffer(config.logs().bufferBytes()) : null;
        if (logs != null) {
            budget.reserve(config.logs().bufferBytes());
        }
        this.parts = new RunnerParts(vertx);
        this.why = new WhyBook(
                config.node().id(),
                this::nodeName,
                System::currentTimeMillis,
                config.why().memoryBytes(),
                config.node().eventLoops());
        this.stop = new RunnerStop(vertx, config.node().drainTimeout(), parts, new StopSteps());
    }

    /**
     * Starts a runner. The future completes when it takes calls; if it fails, nothing is left running.
     */
    public static Future<RunnerService> start(RunnerConfig config, String version) {
        return start(new LoadedConfig(config, List.of(), List.of(), List.of()), version);
    }

    /** The same; operators are shown where the settings come from. */
    public static Future<RunnerService> start(LoadedConfig loaded, String version) {
        Promise<RunnerService> started = Promise.promise();
        join(loaded, version, new PortGate(loaded.config().grpc()))
                .onFailure(started::fail)
                .onSuccess(service -> service.open(version)
                        .onSuccess(opened -> started.complete(service))
                        .onFailure(failure -> service.closeAfterFailure(() -> started.fail(failure))));
        return started.future();
    }

    private void closeAfterFailure(Runnable closed) {
        parts.close(FAILED_START_CLOSE, FAILED_START_CLOSE)
                .onComplete(done -> vertx.close().onComplete(gone -> closed.run()));
    }

    /** What a cluster needs is loaded only for one. */
    private static Future<RunnerService> join(LoadedConfig loaded, String version, PortGate gate) {
        RunnerConfig config = loaded.config();
        if (config.cluster().enabled()) {
            return ClusterStart.join(
                            config.cluster(),
                            config.node().id(),
                            version,
                            options(config),
                            RunnerTransport.create(gate))
                    .map(joined -> new RunnerService(joined.vertx(), joined.membership(), loaded, gate));
        }
        Vertx alone = Vertx.builder()
                .with(options(config))
                .withTransport(RunnerTransport.create(gate))
                .build();
        return Future.succeededFuture(new RunnerService(alone, null, loaded, gate));
    }

    private static VertxOptions options(RunnerConfig config) {
        return new VertxOptions()
                .setEventLoopPoolSize(config.node().eventLoops())
                .setWorkerPoolSize(8)
                .setInternalBlockingPoolSize(4)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
    }

    private Future<Void> open(String version) {
        return makeMeters()
                .compose(made -> new RunnerStart(vertx, config, parts, engineListener()).run(version))
                .compose(machine -> {
                    engine = machine.engine();
                    return deploy(machine, version).onSuccess(open -> rehearse(machine.instance()));
                });
    }

    /** Before all that is counted; without an operations port nobody would read them. */
    private Future<Void> makeMeters() {
        if (!config.http().on()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(
                () -> {
                    NodeMeters made =
                            new NodeMeters(config.metrics(), config.node().id());
                    meters = made;
                    parts.opened("meters", made);
                    return null;
                },
                false);
    }

    private EngineCallListener engineListener() {
        return meters == null ? EngineCallListener.NONE : meters.engine();
    }

    private void rehearse(InstanceDirectory instance) {
        int calls = config.node().rehearsalCalls();
        if (calls > 0) {
            RealLoad load = new RealLoad(counters::active, counters::received);
            Rehearsal begun = Rehearsal.start(vertx, instance.path(), load, calls);
            rehearsal = begun;
            parts.opened("rehearsal", begun::stop);
        }
    }

    private Future<Void> deploy(RunnerStart.Machine machine, String version) {
        return deployWorkers(machine)
                .compose(workers -> deployRegistry(machine, workers))
                .compose(before -> deployIngresses(machine, version))
                .compose(before -> deployCluster(machine.capacity(), version))
                .compose(before -> openOperations(facts(machine, version)));
    }

    /** The workers' addresses. */
    private Future<List<String>> deployWorkers(RunnerStart.Machine machine) {
        WorkerParts ports = new WorkerParts(
                machine.engine(),
                machine.directories(),
                machine.watcher(),
                new FreezeSwitch(),
                meters == null ? LifecycleObserver.NONE : meters.lifecycle(),
                config.worker(),
                config.call().maxRequestBytes(),
                new FunctionLogs(
                        logs, config.call().maxLogBytes(), config.logs().syslog()));
        List<String> addresses = new ArrayList<>();
        List<Deployable> workers = new ArrayList<>();
        for (int i = 0; i < config.node().eventLoops(); i++) {
            String address = Addresses.worker(incarnation, i);
            addresses.add(address);
            ContainerWorkerVerticle.Route links =
                    new ContainerWorkerVerticle.Route(bus, address, Addresses.registry(incarnation));
            workers.add(new ContainerWorkerVerticle(links, ports, config.stream()));
        }
        return deploy(CONTAINERS, workers).map(addresses);
    }

    /** Last, so that others are told of this node when it takes calls. */
    private Future<Void> deployCluster(NodeCapacity capacity, String version) {
        if (membership == null) {
            return Future.succeededFuture();
        }
        ClusterVerticle.Self self = new ClusterVerticle.Self(
                config.node().id(),
                version,
                capacity.memoryBytes(),
                capacity.cpuMillis(),
                config.node().eventLoops());
        ClusterVerticle verticle = new ClusterVerticle(
                bus, membership, config.cluster(), self, Objects.requireNonNull(board), failed::tryComplete);
        cluster = verticle;
        return deploy("cluster", List.of(verticle));
    }

    private Future<Void> deployRegistry(RunnerStart.Machine machine, List<String> workers) {
        SlotRegistryVerticle.Parts links = new SlotRegistryVerticle.Parts(
                bus,
                incarnation,
                workers,
                config.stream().windowBytes(),
                failed::tryComplete,
                meters == null ? SlotObserver.NONE : meters.slots());
        return deploy("slot registry", List.of(new SlotRegistryVerticle(links, config.registry(), machine.capacity())));
    }

    private Future<Void> deployIngresses(RunnerStart.Machine machine, String version) {
        NodeParts setup = new NodeParts(
                bus,
                incarnation,
                config.grpc(),
                config.stream(),
                new CallFactory(
                        config.call(), config.status().image(), machine.engine().leastMemoryMiB()),
                counters,
                budget,
                logs,
                machine.tracer(),
                meters == null ? CallMeter.NONE : meters.calls(),
                why,
                board(version));
        machine.engine().watch(this::engineAnswers);
        if (config.grpc().tls() == null) {
            LOG.warn("the runner port takes cleartext connections: whoever reaches it can run functions");
        }
        OpenPortWarning.check(config.grpc(), gate, machine.engine().networks());
        // Has the address after those of the ingress instances, for its status calls are placed like theirs.
        StatusVerticle status = new StatusVerticle(
                setup, facts(machine, version), config.status(), config.node().eventLoops());
        for (int i = 0; i < config.node().eventLoops(); i++) {
            ingresses.add(new GrpcIngressVerticle(setup, gate, cold, status, i));
        }
        return deploy("status", List.of(status)).compose(before -> deploy("runner port", ingresses));
    }

    private NodeFacts facts(RunnerStart.Machine machine, String version) {
        return new NodeFacts(
                config.node().id(),
                incarnation,
                version,
                machine.engine().name(),
                machine.engine().isolated());
    }

    /** Last, for nothing that calls need is to wait for it. */
    private Future<Void> openOperations(NodeFacts facts) {
        if (meters == null) {
            return Future.succeededFuture();
        }
        NodeView view = new NodeView(
                facts,
                counters,
                cold,
                board,
                () -> NodeBus.snapshot(bus, incarnation),
                ingresses.stream().map(GrpcIngressVerticle::context).toList(),
                settings,
                meters,
                why);
        return vertx.executeBlocking(() -> OperationsPort.open(config.http(), view), false)
                .compose(opening -> opening)
                .map(opened -> {
                    operations = opened;
                    parts.opened("operations port", opened::close);
                    return null;
                });
    }

    private String nodeName(String of) {
        return board == null ? of : board.nodeName(of);
    }

    /** Null: this node stands alone. */
    private @Nullable ClusterBoard board(String version) {
        if (membership != null) {
            board = new ClusterBoard(
                    new Member(
                            incarnation,
                            config.node().id(),
                            config.cluster().publicHost(),
                            config.cluster().busPort(),
                            ClusterMessage.PROTOCOL,
                            version,
                            System.currentTimeMillis()),
                    config.cluster().leastMembers());
        }
        return board;
    }

    private void engineAnswers(boolean answers) {
        cold.set(answers);
        bus.send(
                Addresses.registry(incarnation),
                new RegistryMessage.EngineAnswers(answers),
                new DeliveryOptions().setLocalOnly(true));
    }

    /** Verticles that are deployed one after the other and closed together. */
    private Future<Void> deploy(String name, List<? extends Deployable> verticles) {
        List<String> ids = new CopyOnWriteArrayList<>();
        parts.opened(name, () -> Future.join(ids.stream().map(vertx::undeploy).toList()));
        Future<Void> deployed = Future.succeededFuture();
        for (Deployable verticle : verticles) {
            deployed = deployed.compose(before -> vertx.deployVerticle(verticle, new DeploymentOptions())
                    .map(id -> {
                        ids.add(id);
                        return null;
                    }));
        }
        return deployed;
    }

    /** Completes if the runner cannot go on and must be stopped and started again; the log says why. */
    public Future<Void> failed() {
        return failed.future();
    }

    /** The port calls are taken on. */
    public int port() {
        return ingresses.get(0).port();
    }

    /** The port that operators ask; 0: there is none. */
    public int operationsPort() {
        return operations == null ? 0 : operations.port();
    }

    /** Runs the action once every event loop that serves calls has had a turn; never, if one of them has none any more. */
    public void whenLoopsTurn(Runnable action) {
        AtomicInteger left = new AtomicInteger(ingresses.size());
        ingresses.forEach(ingress -> ingress.context().runOnContext(turn -> {
            if (left.decrementAndGet() == 0) {
                action.run();
            }
        }));
    }

    /** {@code docker}, {@code podman} or {@code process}. */
    public String engineName() {
        return engine == null ? "none" : engine.name();
    }

    /** Completes when the runner is as warm as it makes itself. */
    public Future<Void> rehearsed() {
        return rehearsal == null ? Future.succeededFuture() : rehearsal.ended();
    }

    /** Loads what the first question of an operator would load. */
    public Future<Void> rehearseOperations() {
        return operations == null ? Future.succeededFuture() : operations.rehearse();
    }

    /**
     * Stops in good order: new calls and waiting ones are refused with 503, streams without a call end, running
     * calls finish, every container and socket directory is removed, then everything is closed. Calls that run at
     * {@code node.drainTimeout} are cut off; within five seconds more the stop has ended. Idempotent. Never fails.
     */
    public Future<StopReport> drain() {
        return stop.begin();
    }

    /** Brings {@code node.drainTimeout} forward to now, if a drain has begun. */
    public void cutOff() {
        stop.hurry();
    }

    private final class StopSteps implements RunnerStop.Steps {
        @Override
        public Future<Void> endCalls() {
            LOG.atInfo().addKeyValue("calls", counters.active()).log("draining");
            if (rehearsal != null) {
                rehearsal.stop();
            }
            Promise<Void> idle = Promise.promise();
            counters.drain(idle::tryComplete);
            return idle.future().compose(own -> ask(new RegistryMessage.AwaitIdle()));
        }

        /** However long it takes: the stop itself has a limit. */
        private Future<Void> ask(RegistryMessage request) {
            DeliveryOptions patient = new DeliveryOptions().setLocalOnly(true).setSendTimeout(WITHOUT_LIMIT);
            return bus.request(Addresses.registry(incarnation), request, patient)
                    .mapEmpty();
        }

        @Override
        public Future<Void> removeContainers() {
            Future<Void> drained = ask(new RegistryMessage.Drain());
            if (cluster != null) {
                cluster.announceDrain();
            }
            return drained;
        }

        @Override
        public void cutOff() {
            counters.cutOff();
        }

        @Override
        public int callsCutOff() {
            return counters.callsCutOff();
        }
    }
}
