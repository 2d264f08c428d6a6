package dev.berth.rehearsal;

import dev.berth.bus.Addresses;
import dev.berth.bus.BusCodecs;
import dev.berth.call.CallFactory;
import dev.berth.config.ConfigLoader;
import dev.berth.config.RunnerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.ingress.CallMeter;
import dev.berth.ingress.IngressCounters;
import dev.berth.ingress.NodeBudget;
import dev.berth.ingress.NodeParts;
import dev.berth.logs.FunctionLogs;
import dev.berth.ops.meter.NodeMeters;
import dev.berth.port.GrpcIngressVerticle;
import dev.berth.port.PortGate;
import dev.berth.port.RunnerTransport;
import dev.berth.registry.NodeCapacity;
import dev.berth.registry.SlotObserver;
import dev.berth.registry.SlotRegistryVerticle;
import dev.berth.status.ColdCapacity;
import dev.berth.trace.CallTracer;
import dev.berth.why.WhyBook;
import dev.berth.worker.ContainerWorkerVerticle;
import dev.berth.worker.FreezeSwitch;
import dev.berth.worker.OneShotFunctions;
import dev.berth.worker.Seals;
import dev.berth.worker.SocketDirectories;
import dev.berth.worker.SocketWatcher;
import dev.berth.worker.WorkerParts;
import dev.berth.worker.stdio.ObjectMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A runner of the same classes with default settings, and a Vert.x, an event bus, a port, a registry, a capacity and
 * socket directories of its own. Its functions are {@link StandInFunction}s. Its settings are the defaults, and nothing
 * of an operator's gets into it.
 */
final class PrivateNode {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateNode.class);
    private static final String NAME = "rehearsal";
    private static final Map<String, String> SETTINGS = Map.of(
            "node.id",
            NAME,
            "node.eventLoops",
            "1",
            "grpc.host",
            InetAddress.getLoopbackAddress().getHostAddress(),
            "grpc.port",
            "0");
    private static final int WHY_BYTES = 16 << 10;
    private static final NodeCapacity CAPACITY = new NodeCapacity(4L << 30, 16_000, List.of());

    private final Vertx vertx;
    private final EventBus bus;
    private final RunnerConfig config;
    private final SocketWatcher watcher;
    private final @Nullable NodeMeters meters;
    private final GrpcIngressVerticle ingress;

    private PrivateNode(
            Vertx vertx, RunnerConfig config, PortGate gate, SocketWatcher watcher, @Nullable NodeMeters meters) {
        this.vertx = vertx;
        this.bus = BusCodecs.register(vertx);
        this.config = config;
        this.watcher = watcher;
        this.meters = meters;
        this.ingress = new GrpcIngressVerticle(
                new NodeParts(
                        bus,
                        NAME,
                        config.grpc(),
                        config.stream(),
                        new CallFactory(config.call(), null, 0),
                        new IngressCounters(),
                        new NodeBudget(config.grpc().limits().budgetBytes()),
                        null,
                        CallTracer.NONE,
                        meters == null ? CallMeter.NONE : meters.calls(),
                        new WhyBook(NAME, name -> name, System::currentTimeMillis, WHY_BYTES, 1),
                        null),
                gate,
                new ColdCapacity(),
                body -> Future.failedFuture("nobody asks"),
                0);
    }

    /**
     * Blocks for a while.
     *
     * @param directory there and empty, for sockets
     * @param metered whether it counts what it does, as the real one does; nobody reads it
     * @return the node when it takes calls; if it fails, nothing is left running
     */
    static Future<PrivateNode> open(Path directory, boolean metered) throws IOException {
        RunnerConfig config = ConfigLoader.load(null, Map.of(), SETTINGS).config();
        PortGate gate = new PortGate(config.grpc());
        SocketWatcher watcher = SocketWatcher.start();
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions()
                        .setEventLoopPoolSize(1)
                        .setWorkerPoolSize(1)
                        .setInternalBlockingPoolSize(1)
                        .setFileSystemOptions(new FileSystemOptions()
                                .setClassPathResolvingEnabled(false)
                                .setFileCachingEnabled(false)))
                .withTransport(RunnerTransport.create(gate))
                .build();
        NodeMeters meters = metered ? new NodeMeters(config.metrics(), NAME) : null;
        PrivateNode node = new PrivateNode(vertx, config, gate, watcher, meters);
        return node.deploy(directory)
                .map(node)
                .recover(failure -> node.close().transform(closed -> Future.failedFuture(failure)));
    }

    private Future<?> deploy(Path directory) {
        StandInEngine engine = new StandInEngine(vertx);
        return SocketDirectories.open(vertx, directory, config.worker(), engine)
                .compose(directories -> deploy(new WorkerParts(
                        engine,
                        directories,
                        watcher,
                        new FreezeSwitch(),
                        new OneShotFunctions(),
                        new Seals(),
                        meters == null ? LifecycleObserver.NONE : meters.lifecycle(),
                        config.worker(),
                        config.call().maxRequestBytes(),
                        ObjectMemory.ofHeap(),
                        new FunctionLogs(null, null, 0, config.logs().syslog()))));
    }

    private Future<?> deploy(WorkerParts ports) {
        String worker = Addresses.worker(NAME, 0);
        ContainerWorkerVerticle.Route ofWorker =
                new ContainerWorkerVerticle.Route(bus, worker, Addresses.registry(NAME));
        SlotRegistryVerticle.Parts ofRegistry = new SlotRegistryVerticle.Parts(
                bus,
                NAME,
                List.of(worker),
                config.stream().windowBytes(),
                () -> {},
                meters == null ? SlotObserver.NONE : meters.slots());
        return vertx.deployVerticle(new ContainerWorkerVerticle(ofWorker, ports, config.stream()))
                .compose(deployed ->
                        vertx.deployVerticle(new SlotRegistryVerticle(ofRegistry, config.registry(), CAPACITY)))
                .compose(deployed -> vertx.deployVerticle(ingress));
    }

    int port() {
        return ingress.port();
    }

    /** Removes its containers and lets everything go. Completes on no context. */
    Future<Void> close() {
        return vertx.close().onComplete(closed -> closeParts());
    }

    private void closeParts() {
        if (meters != null) {
            meters.close();
        }
        try {
            watcher.close();
        } catch (IOException failure) {
            LOG.atDebug().setCause(failure).log("cannot close a file watch");
        }
    }
}
