package dev.berth;

import dev.berth.bus.Addresses;
import dev.berth.bus.BusCodecs;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.CallFactory;
import dev.berth.config.EngineConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Engine;
import dev.berth.engine.InstanceDirectory;
import dev.berth.engine.docker.DockerEngine;
import dev.berth.engine.docker.SocketPaths;
import dev.berth.engine.process.ProcessEngine;
import dev.berth.ingress.GrpcIngressVerticle;
import dev.berth.ingress.IngressCounters;
import dev.berth.ingress.IngressSetup;
import dev.berth.ingress.NodeBudget;
import dev.berth.ingress.NodeFacts;
import dev.berth.ingress.PortGate;
import dev.berth.ingress.RunnerTransport;
import dev.berth.ingress.StatusVerticle;
import dev.berth.logs.FunctionLogs;
import dev.berth.logs.LogBuffer;
import dev.berth.registry.NodeCapacity;
import dev.berth.registry.SlotRegistryVerticle;
import dev.berth.trace.CallTracer;
import dev.berth.trace.Tracing;
import dev.berth.worker.ContainerWorkerVerticle;
import dev.berth.worker.FreezeSwitch;
import dev.berth.worker.SocketDirectories;
import dev.berth.worker.SocketWatcher;
import dev.berth.worker.WorkerPorts;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One runner: starts its parts in the order worker, registry, ingress, and takes them down in the reverse
 * order. Its methods may be called from any thread.
 */
public final class RunnerService {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerService.class);
    /** A drain lasts as long as its longest call; whoever stops the runner sets the bound. */
    private static final long WITHOUT_LIMIT = TimeUnit.DAYS.toMillis(365);

    private final Vertx vertx;
    private final EventBus bus;
    private final RunnerConfig config;
    private final @Nullable LogBuffer logs;
    private final IngressCounters counters = new IngressCounters();
    private final NodeBudget budget;
    private final PortGate gate;

    /** What must be closed, last opened first. */
    private final Deque<Supplier<Future<?>>> closers = new ArrayDeque<>();

    private final List<GrpcIngressVerticle> ingresses = new ArrayList<>();
    private @Nullable Engine engine;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Promise<Void> drained = Promise.promise();

    private RunnerService(Vertx vertx, RunnerConfig config, PortGate gate) {
        this.gate = gate;
        this.budget = new NodeBudget(config.grpc().limits().budgetBytes());
        this.vertx = vertx;
        this.bus = BusCodecs.register(vertx);
        this.config = config;
        this.logs = config.logs().stream() ? new LogBuffer(config.logs().bufferBytes()) : null;
        if (logs != null) {
            budget.reserve(config.logs().bufferBytes());
        }
    }

    /**
     * Starts a runner. The future completes when it takes calls; if it fails, nothing is left running.
     */
    public static Future<RunnerService> start(RunnerConfig config, String version) {
        PortGate gate = new PortGate(config.grpc());
        Vertx vertx = Vertx.builder()
                .with(options(config))
                .withTransport(RunnerTransport.create(gate))
                .build();
        RunnerService service = new RunnerService(vertx, config, gate);
        Promise<RunnerService> started = Promise.promise();
        service.open(version)
                .onSuccess(opened -> started.complete(service))
                .onFailure(failure -> service.close(closed -> started.fail(failure)));
        return started.future();
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
        return vertx.executeBlocking(() -> readMachine(version), false)
                .compose(machine -> startEngine(machine.instance()).compose(started -> {
                    engine = started;
                    closers.push(started::close);
                    sweep(started, machine.instance());
                    return deploy(started, machine, version);
                }));
    }

    /** What is found and opened by blocking calls before anything else runs. */
    private record Machine(
            InstanceDirectory instance, SocketWatcher watcher, NodeCapacity capacity, CallTracer tracer) {}

    private Machine readMachine(String version) throws IOException {
        CallTracer tracer = startTracing(version);
        NodeCapacity capacity = NodeCapacity.detect(config.registry());
        capacity.warnings().forEach(LOG::warn);
        InstanceDirectory instance = InstanceDirectory.open(config.worker().socketRoot());
        closers.push(() -> closing(instance));
        SocketWatcher watcher = SocketWatcher.start();
        closers.push(() -> closing(watcher));
        LOG.atInfo()
                .addKeyValue("memoryMiB", capacity.memoryBytes() >> 20)
                .addKeyValue("cpuMillis", capacity.cpuMillis())
                .log("capacity for functions");
        return new Machine(instance, watcher, capacity, tracer);
    }

    /** Closed last, when every call has ended and told its trace. */
    private CallTracer startTracing(String version) {
        if (!config.tracing().on()) {
            return CallTracer.NONE;
        }
        Tracing tracing = Tracing.start(config.tracing(), config.node().id(), version);
        closers.push(() -> closing(tracing));
        return tracing;
    }

    private Future<Void> closing(AutoCloseable resource) {
        return vertx.executeBlocking(
                () -> {
                    resource.close();
                    return null;
                },
                false);
    }

    private Future<Engine> startEngine(InstanceDirectory instance) {
        if (config.engine().kind() == EngineConfig.Kind.PROCESS) {
            return startProcesses(instance);
        }
        Engine docker = new DockerEngine(
                vertx,
                config.docker(),
                config.engine(),
                instance,
                new SocketPaths(config.worker().socketRoot(), config.worker().engineSocketRoot()));
        Future<Engine> started = docker.start().map(docker);
        if (config.engine().kind() == EngineConfig.Kind.DOCKER) {
            return started;
        }
        return started.recover(absent -> {
            LOG.atWarn().addKeyValue("reason", absent.getMessage()).log("no container engine answers");
            return docker.close().transform(closed -> startProcesses(instance));
        });
    }

    private Future<Engine> startProcesses(InstanceDirectory instance) {
        Engine process = new ProcessEngine(vertx, config.engine().catalogue(), instance);
        return process.start().map(process);
    }

    /** In the background: calls need not wait for the removal of what a dead runner left. */
    private void sweep(Engine started, InstanceDirectory instance) {
        started.sweep()
                .compose(containers -> vertx.executeBlocking(instance::removeDead, false)
                        .onSuccess(directories -> {
                            if (containers > 0 || directories > 0) {
                                LOG.atInfo()
                                        .addKeyValue("containers", containers)
                                        .addKeyValue("directories", directories)
                                        .log("removed what dead instances left");
                            }
                        }))
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("reason", failure.getMessage())
                        .log("cannot remove what dead instances left"));
    }

    private Future<Void> deploy(Engine started, Machine machine, String version) {
        String node = config.node().id();
        List<String> workers = new ArrayList<>();
        Future<?> deployed = Future.succeededFuture();
        WorkerPorts ports = new WorkerPorts(
                started,
                new SocketDirectories(machine.instance().path(), config.worker()),
                machine.watcher(),
                new FreezeSwitch(),
                LifecycleObserver.NONE,
                config.worker(),
                config.call().maxRequestBytes(),
                new FunctionLogs(
                        logs, config.call().maxLogBytes(), config.logs().syslog()));
        for (int i = 0; i < config.node().eventLoops(); i++) {
            String address = Addresses.worker(node, i);
            workers.add(address);
            ContainerWorkerVerticle.Links links =
                    new ContainerWorkerVerticle.Links(bus, address, Addresses.registry(node));
            deployed = deployed.compose(before -> deploy(new ContainerWorkerVerticle(links, ports, config.stream())));
        }
        SlotRegistryVerticle.Links links = new SlotRegistryVerticle.Links(
                bus, Addresses.registry(node), workers, config.stream().windowBytes());
        return deployed.compose(
                        before -> deploy(new SlotRegistryVerticle(links, config.registry(), machine.capacity())))
                .compose(before -> deployIngresses(started, machine.tracer(), version));
    }

    private Future<Void> deployIngresses(Engine started, CallTracer tracer, String version) {
        IngressSetup setup = new IngressSetup(
                bus,
                new NodeFacts(config.node().id(), version, started.name(), started.isolated()),
                config.grpc(),
                config.stream(),
                new CallFactory(config.call(), config.status().image()),
                counters,
                budget,
                gate,
                logs,
                tracer);
        if (config.grpc().tls() == null) {
            LOG.warn("the runner port takes cleartext connections: whoever reaches it can run functions");
        }
        warnOfFunctions(started);
        // Has the address after those of the ingress instances, for its status calls are placed like theirs.
        StatusVerticle status =
                new StatusVerticle(setup, config.status(), config.node().eventLoops());
        Future<Void> deployed = deploy(status);
        for (int i = 0; i < config.node().eventLoops(); i++) {
            GrpcIngressVerticle ingress = new GrpcIngressVerticle(setup, status, i);
            ingresses.add(ingress);
            deployed = deployed.compose(before -> deploy(ingress));
        }
        return deployed;
    }

    /** A function that reaches the port can call other tenants' functions, unless clients must show who they are. */
    private void warnOfFunctions(Engine started) {
        boolean identified = config.grpc().tls() != null && config.grpc().tls().clientAuthority() != null;
        if (identified || isLoopback(config.grpc().host())) {
            return;
        }
        started.networks()
                .onSuccess(networks -> networks.forEach(network -> network.subnets().stream()
                        .filter(gate::allowsAnyOf)
                        .forEach(subnet -> LOG.warn(
                                "functions on network {} ({}) can reach this port and run other tenants' functions; set"
                                        + " grpc.allow or TLS with client certificates",
                                network.name(),
                                subnet))));
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    private Future<Void> deploy(Deployable verticle) {
        return vertx.deployVerticle(verticle, new DeploymentOptions()).map(id -> {
            closers.push(() -> vertx.undeploy(id));
            return null;
        });
    }

    /** The port calls are taken on. */
    public int port() {
        return ingresses.get(0).port();
    }

    /** {@code docker}, {@code podman} or {@code process}. */
    public String engineName() {
        return engine == null ? "none" : engine.name();
    }

    /**
     * Stops in good order: new calls and waiting ones are refused with 503, running ones finish, every
     * container and socket directory is removed, then everything is closed. Idempotent. There is no limit of
     * time but the calls' own.
     */
    public Future<Void> drain() {
        if (draining.compareAndSet(false, true)) {
            LOG.atInfo().addKeyValue("calls", counters.active()).log("draining");
            Promise<Void> idle = Promise.promise();
            counters.drain(idle::tryComplete);
            drainRegistry()
                    .compose(empty -> idle.future())
                    .onComplete(ended -> close(closed -> {
                        LOG.info("stopped");
                        drained.complete();
                    }));
        }
        return drained.future();
    }

    private Future<Void> drainRegistry() {
        DeliveryOptions patient = new DeliveryOptions().setSendTimeout(WITHOUT_LIMIT);
        return bus.request(Addresses.registry(config.node().id()), new RegistryMessage.Drain(), patient)
                .mapEmpty();
    }

    /**
     * Closes what was opened, then Vert.x itself. Told through a handler and not a future: one made on an event
     * loop would have to complete on that loop, which is gone by then.
     */
    private void close(Handler<Void> closed) {
        closeParts().onComplete(parts -> vertx.close().onComplete(ended -> closed.handle(null)));
    }

    /** Last opened, first closed; a failure is logged and does not keep the rest open. */
    private Future<Void> closeParts() {
        Supplier<Future<?>> next = closers.poll();
        if (next == null) {
            return Future.succeededFuture();
        }
        return next.get().transform(closed -> {
            if (closed.failed()) {
                LOG.atWarn().setCause(closed.cause()).log("cannot close a part of the runner");
            }
            return closeParts();
        });
    }
}
