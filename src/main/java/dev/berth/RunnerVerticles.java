package dev.berth;

import dev.berth.bus.Addresses;
import dev.berth.bus.BusCodecs;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.CallFactory;
import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.ClusterVerticle;
import dev.berth.cluster.Member;
import dev.berth.cluster.Membership;
import dev.berth.config.LoadedConfig;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.config.RunnerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.docker.EngineCallListener;
import dev.berth.ingress.CallMeter;
import dev.berth.ingress.IngressCounters;
import dev.berth.ingress.NodeBudget;
import dev.berth.ingress.NodeBus;
import dev.berth.ingress.NodeParts;
import dev.berth.logs.FunctionLogs;
import dev.berth.logs.LogBuffer;
import dev.berth.logs.LogTee;
import dev.berth.ops.NodeView;
import dev.berth.ops.OperationsPort;
import dev.berth.ops.meter.NodeMeters;
import dev.berth.port.GrpcIngressVerticle;
import dev.berth.port.OpenPortWarning;
import dev.berth.port.PortGate;
import dev.berth.registry.NodeCapacity;
import dev.berth.registry.SlotObserver;
import dev.berth.registry.SlotRegistryVerticle;
import dev.berth.status.ColdCapacity;
import dev.berth.status.NodeFacts;
import dev.berth.status.StatusMeter;
import dev.berth.status.StatusVerticle;
import dev.berth.stream.StreamStalls;
import dev.berth.why.WhyBook;
import dev.berth.worker.ContainerWorkerVerticle;
import dev.berth.worker.FreezeSwitch;
import dev.berth.worker.OneShotFunctions;
import dev.berth.worker.WorkerParts;
import dev.berth.worker.stdio.ObjectMemory;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verticles of one runner and what they share: deployed in the order worker, registry, status, ingress, cluster, and
 * the operations port last. Its methods are called one after the other, but for those that only read.
 */
final class RunnerVerticles {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerVerticles.class);

    private static final long WITHOUT_LIMIT = TimeUnit.DAYS.toMillis(365);

    static final String CONTAINERS = "containers";

    private final Vertx vertx;
    private final EventBus bus;
    private final RunnerConfig config;
    private final List<Effective> settings;
    private final @Nullable Membership membership;
    /** This start of the runner, in its addresses. Its id is for people, and two runners may have the same. */
    private final String incarnation;

    private final PortGate gate;
    private final RunnerParts parts;
    private final Runnable failed;
    private final Consumer<Boolean> drain;
    private final @Nullable LogBuffer logs;
    private final @Nullable LogTee tee;
    private final IngressCounters counters = new IngressCounters();
    private final NodeBudget budget;
    private final ColdCapacity cold = new ColdCapacity();
    private final WhyBook why;
    private final List<ContainerWorkerVerticle> workers = new ArrayList<>();
    private final List<GrpcIngressVerticle> ingresses = new ArrayList<>();
    private volatile @Nullable ClusterBoard board;
    private @Nullable ClusterVerticle cluster;
    private @Nullable OperationsPort operations;
    private @Nullable NodeMeters meters;

    /**
     * @param parts are told of each that is open
     * @param drain told when an operator wants the runner to stop, and whether to hand over
     * @param failed told, perhaps more than once, that the runner cannot go on
     */
    RunnerVerticles(
            Vertx vertx,
            @Nullable Membership membership,
            LoadedConfig loaded,
            PortGate gate,
            RunnerParts parts,
            Consumer<Boolean> drain,
            Runnable failed) {
        this.vertx = vertx;
        this.membership = membership;
        this.config = loaded.config();
        this.settings = loaded.effective();
        this.gate = gate;
        this.parts = parts;
        this.drain = drain;
        this.failed = failed;
        this.incarnation = membership == null ? UUID.randomUUID().toString() : membership.incarnation();
        this.bus = BusCodecs.register(vertx);
        this.budget = new NodeBudget(config.grpc().limits().budgetBytes());
        this.logs = config.logs().stream() ? new LogBuffer(config.logs().bufferBytes()) : null;
        if (logs != null) {
            budget.reserve(config.logs().bufferBytes());
        }
        this.tee = config.logs().live() && config.http().on() ? new LogTee() : null;
        this.why = new WhyBook(
                config.node().id(),
                this::nodeName,
                System::currentTimeMillis,
                config.why().memoryBytes(),
                config.node().eventLoops());
    }

    /** Before all that is counted; without an operations port nobody would read them. */
    Future<Void> makeMeters() {
        if (!config.http().on()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(
                () -> {
                    NodeMeters made =
                            new NodeMeters(config.metrics(), config.node().id());
                    made.certificates(config.certificates());
                    made.streams(StreamStalls.of(vertx));
                    meters = made;
                    parts.opened("meters", made);
                    return null;
                },
                false);
    }

    EngineCallListener engineListener() {
        return meters == null ? EngineCallListener.NONE : meters.engine();
    }

    /** Completes when calls can come. Once, after {@link #makeMeters}. */
    Future<Void> deploy(RunnerStart.Machine machine, String version) {
        return deployWorkers(machine)
                .compose(workers -> deployRegistry(machine, workers))
                .compose(before -> openPort(machine, version))
                .compose(before -> deployCluster(machine.capacity(), version))
                .compose(before -> openOperations(machine, version));
    }

    /** All that can be done before another runner has left its containers and its port is done before. */
    private Future<Void> openPort(RunnerStart.Machine machine, String version) {
        Promise<Void> opening = Promise.promise();
        Future<Void> deployed = deployIngresses(machine, version, opening.future());
        return machine.left().adopt(workers).onComplete(opening).compose(before -> deployed);
    }

    /** Another runner that is leaving may have calls under way, and its port for operators is that of these. */
    private Future<Void> openOperations(RunnerStart.Machine machine, String version) {
        Future<Void> over = machine.left().over();
        if (over.isComplete()) {
            return openOperations(facts(machine, version));
        }
        over.compose(ended -> counters.draining() ? Future.succeededFuture() : openOperations(facts(machine, version)))
                .onFailure(failure -> LOG.atError()
                        .addKeyValue("reason", failure.getMessage())
                        .log("the operations port cannot be opened"));
        return Future.succeededFuture();
    }

    /** The workers' addresses. */
    private Future<List<String>> deployWorkers(RunnerStart.Machine machine) {
        WorkerParts ports = new WorkerParts(
                machine.engine(),
                machine.directories(),
                machine.watcher(),
                new FreezeSwitch(),
                new OneShotFunctions(),
                machine.left().seals(),
                meters == null ? LifecycleObserver.NONE : meters.lifecycle(),
                config.worker(),
                config.call().maxRequestBytes(),
                ObjectMemory.ofHeap(),
                new FunctionLogs(
                        logs, tee, config.call().maxLogBytes(), config.logs().syslog()));
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < config.node().eventLoops(); i++) {
            String address = Addresses.worker(incarnation, i);
            addresses.add(address);
            ContainerWorkerVerticle.Route links =
                    new ContainerWorkerVerticle.Route(bus, address, Addresses.registry(incarnation));
            workers.add(new ContainerWorkerVerticle(links, ports, config.stream()));
        }
        return deploy(CONTAINERS, workers, () -> workers.forEach(ContainerWorkerVerticle::giveUp))
                .map(addresses);
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
        ClusterVerticle verticle =
                new ClusterVerticle(bus, membership, config.cluster(), self, Objects.requireNonNull(board), failed);
        cluster = verticle;
        return deploy("cluster", List.of(verticle));
    }

    private Future<Void> deployRegistry(RunnerStart.Machine machine, List<String> workers) {
        SlotRegistryVerticle.Parts links = new SlotRegistryVerticle.Parts(
                bus,
                incarnation,
                workers,
                config.stream().windowBytes(),
                failed,
                meters == null ? SlotObserver.NONE : meters.slots());
        return deploy("slot registry", List.of(new SlotRegistryVerticle(links, config.registry(), machine.capacity())));
    }

    private Future<Void> deployIngresses(RunnerStart.Machine machine, String version, Future<Void> opening) {
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
        OpenPortWarning.check(config, gate, machine.engine().networks());
        // Has the address after those of the ingress instances, for its status calls are placed like theirs.
        StatusVerticle status = new StatusVerticle(
                setup,
                facts(machine, version),
                config.status(),
                meters == null ? StatusMeter.NONE : meters.status(),
                config.node().eventLoops());
        for (int i = 0; i < config.node().eventLoops(); i++) {
            ingresses.add(new GrpcIngressVerticle(setup, gate, cold, status, i, opening));
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
                why,
                tee,
                new RunnerControl(bus, incarnation, drain));
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

    /** Verticles that are deployed and closed together. */
    private Future<Void> deploy(String name, List<? extends Deployable> verticles) {
        return deploy(name, verticles, () -> {});
    }

    private Future<Void> deploy(String name, List<? extends Deployable> verticles, Runnable giveUp) {
        List<String> ids = new CopyOnWriteArrayList<>();
        parts.opened(name, () -> Future.join(ids.stream().map(vertx::undeploy).toList()), giveUp);
        return Future.join(verticles.stream()
                        .map(verticle -> vertx.deployVerticle(verticle, new DeploymentOptions())
                                .onSuccess(ids::add))
                        .toList())
                .mapEmpty();
    }

    /** Runs the action once every event loop that serves calls has had a turn; never, if one of them has none any more. */
    void whenLoopsTurn(Runnable action) {
        AtomicInteger left = new AtomicInteger(ingresses.size());
        ingresses.forEach(ingress -> ingress.context().runOnContext(turn -> {
            if (left.decrementAndGet() == 0) {
                action.run();
            }
        }));
    }

    IngressCounters counters() {
        return counters;
    }

    /** The port calls are taken on. */
    int port() {
        return ingresses.get(0).port();
    }

    /** Null: there is none. */
    @Nullable
    OperationsPort operations() {
        return operations;
    }

    /** Asks the registry. However long it takes: a stop itself has a limit. */
    Future<Void> ask(RegistryMessage request) {
        DeliveryOptions patient = new DeliveryOptions().setLocalOnly(true).setSendTimeout(WITHOUT_LIMIT);
        return bus.request(Addresses.registry(incarnation), request, patient).mapEmpty();
    }

    /** Lets no clients in any more and has all go that are there; completes when others can have the port. */
    Future<Void> sendAway() {
        ingresses.forEach(GrpcIngressVerticle::sendAway);
        return gate.shut();
    }

    /** Tells other nodes that this one takes no more calls. */
    void announceDrain() {
        if (cluster != null) {
            cluster.announceDrain();
        }
    }
}
