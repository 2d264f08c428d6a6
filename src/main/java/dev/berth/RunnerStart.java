package dev.berth;

import dev.berth.config.EngineConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.engine.Engine;
import dev.berth.engine.InstanceDirectory;
import dev.berth.engine.Sweep;
import dev.berth.engine.docker.DockerEngine;
import dev.berth.engine.docker.EngineCallListener;
import dev.berth.engine.docker.SocketPaths;
import dev.berth.engine.process.ProcessEngine;
import dev.berth.port.OpenFiles;
import dev.berth.registry.NodeCapacity;
import dev.berth.trace.CallTracer;
import dev.berth.trace.Tracing;
import dev.berth.worker.LeftContainers;
import dev.berth.worker.Seals;
import dev.berth.worker.SocketDirectories;
import dev.berth.worker.SocketWatcher;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a runner needs before it can deploy anything: this instance's folder, the engine, the removal of what dead
 * instances left, and then what room there is.
 */
final class RunnerStart {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerStart.class);
    /** How long the start waits for that removal, which otherwise goes on by itself. */
    private static final Duration SWEEP = Duration.ofSeconds(10);

    static final String FOLDER = "instance folder";

    private final Vertx vertx;
    private final RunnerConfig config;
    private final RunnerParts parts;
    private final EngineCallListener engineCalls;

    RunnerStart(Vertx vertx, RunnerConfig config, RunnerParts parts, EngineCallListener engineCalls) {
        this.engineCalls = engineCalls;
        this.vertx = vertx;
        this.config = config;
        this.parts = parts;
    }

    /** What there is to run on. */
    record Machine(
            InstanceDirectory instance,
            SocketWatcher watcher,
            CallTracer tracer,
            Engine engine,
            NodeCapacity capacity,
            SocketDirectories directories,
            LeftContainers left) {}

    private record Opened(InstanceDirectory instance, SocketWatcher watcher, CallTracer tracer) {}

    Future<Machine> run(String version) {
        return vertx.executeBlocking(() -> open(version), false)
                .compose(opened -> startEngine(opened.instance()).compose(engine -> {
                    parts.opened("container engine", engine::close);
                    LeftContainers left = new LeftContainers(
                            vertx, opened.instance(), config.worker().adopting(), engine, new Seals());
                    return left.find()
                            .compose(found -> sweep(engine, opened.instance(), left))
                            .compose(swept -> vertx.executeBlocking(this::readCapacity, false))
                            .compose(capacity -> SocketDirectories.open(
                                            vertx, opened.instance().path(), config.worker(), engine)
                                    .map(directories -> new Machine(
                                            opened.instance(),
                                            opened.watcher(),
                                            opened.tracer(),
                                            engine,
                                            capacity,
                                            directories,
                                            left)));
                }));
    }

    private Opened open(String version) throws IOException {
        OpenFiles.check(config.grpc().limits().maxConnections());
        CallTracer tracer = startTracing(version);
        InstanceDirectory instance = InstanceDirectory.open(config.worker().socketRoot());
        parts.opened(FOLDER, () -> closeFolder(instance));
        SocketWatcher watcher = SocketWatcher.start();
        parts.opened("socket watcher", watcher);
        return new Opened(instance, watcher, tracer);
    }

    /** A folder that containers still use stays until the next start, which removes those first. */
    private Future<Void> closeFolder(InstanceDirectory instance) {
        return parts.unclosed(RunnerVerticles.CONTAINERS)
                ? Future.failedFuture("containers may use it; the next start removes it")
                : parts.closing(instance);
    }

    /** Closed last, when every call has ended and told its trace. */
    private CallTracer startTracing(String version) {
        if (!config.tracing().on()) {
            return CallTracer.NONE;
        }
        Tracing tracing = Tracing.start(config.tracing(), config.node().id(), version);
        parts.opened("traces", tracing);
        return tracing;
    }

    private Future<Engine> startEngine(InstanceDirectory instance) {
        if (config.engine().kind() == EngineConfig.Kind.PROCESS) {
            return startProcesses(instance);
        }
        Engine docker = new DockerEngine(
                vertx,
                new DockerEngine.Options(
                        config.docker(),
                        config.engine(),
                        instance,
                        new SocketPaths(instance.root(), config.worker().engineSocketRoot()),
                        engineCalls));
        Future<Engine> started = docker.start().map(docker);
        if (config.engine().kind() == EngineConfig.Kind.DOCKER) {
            return started.recover(absent -> docker.close().transform(closed -> Future.failedFuture(absent)));
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

    /**
     * What dead instances left is gone before the room is measured: their containers' memory would count as taken.
     * Never fails.
     */
    private Future<Void> sweep(Engine engine, InstanceDirectory instance, LeftContainers left) {
        Promise<Void> swept = Promise.promise();
        long timer = vertx.setTimer(SWEEP.toMillis(), late -> {
            LOG.warn("what dead instances left is still being removed: there may be more room than is counted");
            swept.tryComplete();
        });
        engine.sweep()
                .compose(containers -> vertx.executeBlocking(
                                () -> instance.removeDead(containers
                                        .and(new Sweep(0, left.instances()))
                                        .inUse()),
                                false)
                        .onSuccess(folders -> tellSwept(containers.removed(), folders)))
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("reason", failure.getMessage())
                        .log("cannot remove what dead instances left"))
                .onComplete(done -> {
                    vertx.cancelTimer(timer);
                    swept.tryComplete();
                });
        return swept.future();
    }

    private static void tellSwept(int containers, int folders) {
        if (containers > 0 || folders > 0) {
            LOG.atInfo()
                    .addKeyValue("containers", containers)
                    .addKeyValue("directories", folders)
                    .log("removed what dead instances left");
        }
    }

    private NodeCapacity readCapacity() {
        NodeCapacity capacity = NodeCapacity.detect(config.registry());
        capacity.warnings().forEach(LOG::warn);
        LOG.atInfo()
                .addKeyValue("memoryMiB", capacity.memoryBytes() >> 20)
                .addKeyValue("cpuMillis", capacity.cpuMillis())
                .log("capacity for functions");
        return capacity;
    }
}
