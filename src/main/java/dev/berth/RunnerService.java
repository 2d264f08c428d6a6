package dev.berth;

import dev.berth.bus.RegistryMessage;
import dev.berth.cluster.ClusterStart;
import dev.berth.cluster.Membership;
import dev.berth.config.LoadedConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.engine.Engine;
import dev.berth.engine.InstanceDirectory;
import dev.berth.ops.OperationsPort;
import dev.berth.port.PortGate;
import dev.berth.port.RunnerTransport;
import dev.berth.rehearsal.RealLoad;
import dev.berth.rehearsal.Rehearsal;
import dev.berth.stream.FrameIntake;
import dev.berth.worker.LeftContainers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One runner: starts its parts in the order worker, registry, ingress, and takes them down in the reverse
 * order. Its methods may be called from any thread.
 */
public final class RunnerService {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerService.class);
    /** How long the port stays without a runner for calls that still run at a handover. */
    private static final Duration SHORT_CALLS = Duration.ofSeconds(1);

    private static final Duration FAILED_START_CLOSE = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final RunnerConfig config;
    private final RunnerParts parts;
    private final RunnerStop stop;
    private final RunnerVerticles verticles;
    private final Promise<Void> failed = Promise.promise();
    private final Promise<Void> drainAsked = Promise.promise();
    private @Nullable Engine engine;
    private @Nullable InstanceDirectory instance;
    private @Nullable LeftContainers left;
    private @Nullable Rehearsal rehearsal;

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
        this.config = loaded.config();
        this.vertx = vertx;
        this.parts = new RunnerParts(vertx);
        this.verticles = new RunnerVerticles(
                vertx, membership, loaded, gate, parts, this::drainForOperator, failed::tryComplete);
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
            FrameIntake frames = new FrameIntake();
            return ClusterStart.join(
                            config.cluster(),
                            config.node().id(),
                            version,
                            options(config),
                            RunnerTransport.create(gate, frames::connection))
                    .onSuccess(joined -> frames.open(joined.vertx()))
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
        return verticles
                .makeMeters()
                .compose(made -> new RunnerStart(vertx, config, parts, verticles.engineListener()).run(version))
                .compose(machine -> {
                    engine = machine.engine();
                    instance = machine.instance();
                    left = machine.left();
                    return verticles.deploy(machine, version).onSuccess(open -> rehearse(machine.instance()));
                });
    }

    private void rehearse(InstanceDirectory instance) {
        int calls = config.node().rehearsalCalls();
        if (calls > 0) {
            RealLoad load = new RealLoad(verticles.counters()::active, verticles.counters()::received);
            Rehearsal begun =
                    Rehearsal.start(vertx, instance.path(), load, config.http().on(), calls);
            rehearsal = begun;
            parts.opened("rehearsal", begun::stop);
        }
    }

    /** Completes if the runner cannot go on and must be stopped and started again; the log says why. */
    public Future<Void> failed() {
        return failed.future();
    }

    private void drainForOperator(boolean handOver) {
        drainAsked.tryComplete();
        if (handOver) {
            stop.beginHandOver();
        } else {
            stop.begin();
        }
    }

    /** Completes when an operator has asked for {@link #drain}, which has then begun. */
    public Future<Void> drainAsked() {
        return drainAsked.future();
    }

    /** The port calls are taken on. */
    public int port() {
        return verticles.port();
    }

    /** The port that operators ask; 0: there is none. */
    public int operationsPort() {
        OperationsPort operations = verticles.operations();
        return operations == null ? 0 : operations.port();
    }

    /** Runs the action once every event loop that serves calls has had a turn; never, if one of them has none any more. */
    public void whenLoopsTurn(Runnable action) {
        verticles.whenLoopsTurn(action);
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
        OperationsPort operations = verticles.operations();
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

    /**
     * The same, but containers are left, frozen, to the next runner with the same socket root, if {@code worker.adopt}
     * lets it. What cannot be left is removed.
     */
    public Future<StopReport> handOver() {
        return stop.beginHandOver();
    }

    /** Of the one that starts now, which waits. It does without if it cannot be told. */
    private Future<Void> tellNext(Announcement announcement) {
        InstanceDirectory own = instance;
        return own == null
                ? Future.succeededFuture()
                : vertx.executeBlocking(
                                () -> {
                                    announcement.make(own);
                                    return null;
                                },
                                false)
                        .<Void>mapEmpty()
                        .otherwiseEmpty();
    }

    private interface Announcement {
        void make(InstanceDirectory own) throws IOException;
    }

    private final class StopSteps implements RunnerStop.Steps {
        @Override
        public Future<Void> endCalls() {
            LOG.atInfo().addKeyValue("calls", verticles.counters().active()).log("draining");
            if (rehearsal != null) {
                rehearsal.stop();
            }
            Promise<Void> idle = Promise.promise();
            verticles.counters().drain(idle::tryComplete);
            return idle.future().compose(own -> verticles.ask(new RegistryMessage.AwaitIdle()));
        }

        @Override
        public Future<Void> removeContainers(boolean handOver) {
            if (left != null) {
                left.stop();
            }
            Future<Void> drained = handOver ? handOver() : verticles.ask(new RegistryMessage.Drain(false));
            if (engine != null) {
                engine.startsEnd();
            }
            verticles.announceDrain();
            return drained;
        }

        /** Whoever is refused asks again at once, and is to ask the next runner. */
        private Future<Void> handOver() {
            return tellNext(InstanceDirectory::announceLeaving).compose(told -> {
                Future<Void> drained = verticles.ask(new RegistryMessage.Drain(true));
                Future<Void> free = verticles.sendAway();
                // Short calls that run now end first: their containers are to be there when the next runner is asked.
                Future.any(drained, vertx.timer(SHORT_CALLS.toMillis(), TimeUnit.MILLISECONDS))
                        .compose(calm -> verticles.ask(new RegistryMessage.AwaitLeft()))
                        .compose(left -> free)
                        .onSuccess(moved -> tellNext(InstanceDirectory::announceMoved));
                return drained;
            });
        }

        @Override
        public boolean engineAnswers() {
            return engine == null || engine.answers();
        }

        @Override
        public void cutOff() {
            verticles.counters().cutOff();
        }

        @Override
        public int callsCutOff() {
            return verticles.counters().callsCutOff();
        }
    }
}
