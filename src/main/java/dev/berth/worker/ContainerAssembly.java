package dev.berth.worker;

import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.ImageRequest;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.logs.ContainerLog;
import dev.berth.logs.LogLine;
import dev.berth.logs.LogOrigin;
import dev.berth.worker.stdio.StdioExchange;
import dev.berth.worker.stdio.StdioLimits;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a container is put together from: image, socket directory with its watch, and the engine's container.
 * Knows how to build them one after the other, how long each took, and how to take all of it away again,
 * however far the building came. Confined to the worker's context; blocking work is done off it.
 */
final class ContainerAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerAssembly.class);
    private static final Duration FREEZE_LIMIT = Duration.ofSeconds(5);
    private static final int DIRECTORY_TRIES = 5;

    private final String id;
    private final ContainerSpec spec;
    private final WorkerPorts ports;
    private final Vertx vertx;
    private final Context context;
    private final ContainerLog log;
    private final Promise<Void> socketReady = Promise.promise();
    private @Nullable SocketDirectory directory;
    private SocketWatcher.@Nullable Watch watch;
    private @Nullable EngineContainer container;
    private int directoryFailures;
    private long stepBegan;
    private long imagePull;
    private long prepare;
    private long create;
    private long init;

    ContainerAssembly(String id, ContainerSpec spec, WorkerPorts ports, Context context) {
        this.id = id;
        this.spec = spec;
        this.ports = ports;
        this.vertx = context.owner();
        this.context = context;
        this.log = ports.logs().open(vertx, new LogOrigin(spec.appId(), spec.fnId(), id));
    }

    /** What the container prints. */
    ContainerLog log() {
        return log;
    }

    Future<Void> pull() {
        stepBegan = System.nanoTime();
        return attempt(this::ensureImage).onComplete(done -> imagePull = lap());
    }

    private Future<Void> ensureImage() {
        return ports.engine().ensureImage(new ImageRequest(spec.image(), spec.registryToken()));
    }

    /** Whether the function is spoken to over a socket, and not over stdin and stdout. */
    boolean overSocket() {
        return spec.format() == CallFormat.HTTP_STREAM;
    }

    /**
     * Socket directory and watch, if the function needs them; both before the container exists, so that no socket
     * can appear unseen.
     */
    Future<Void> prepare() {
        if (!overSocket()) {
            prepare = lap();
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(this::makeDirectory, false)
                .onComplete(done -> prepare = lap())
                .mapEmpty();
    }

    private SocketDirectory makeDirectory() {
        SocketDirectory made = ports.directories().create();
        directory = made;
        try {
            watch = ports.watcher().watch(made.path(), good -> context.runOnContext(turn -> appeared(good)));
        } catch (IOException failure) {
            throw ErrorCode.SOCKET_DIRECTORY.exception("cannot watch " + made.path() + ": " + failure.getMessage());
        }
        return made;
    }

    private void appeared(boolean good) {
        if (good) {
            socketReady.tryComplete();
        } else {
            socketReady.tryFail(ErrorCode.INIT_FAILED.exception());
        }
    }

    Future<EngineContainer> create() {
        return attempt(() -> ports.engine().create(plan())).onSuccess(made -> container = made);
    }

    Future<Void> start() {
        return attempt(() -> engineContainer().start()).onComplete(done -> {
            create = lap();
            readOutput();
        });
    }

    /** Also of a container that did not start well: what is attached is read. */
    private void readOutput() {
        ContainerStreams streams = container == null ? null : container.streams();
        if (streams != null && spec.format() == CallFormat.HTTP_STREAM) {
            log.read(LogLine.Source.STDOUT, streams.stdout());
            log.read(LogLine.Source.STDERR, streams.stderr());
        }
    }

    /** Completes once the socket is there and good. Not limited in time. */
    Future<Void> socketReady() {
        return socketReady.future();
    }

    /** The time of becoming ready, or of giving up, is over. */
    void initOver() {
        init = lap();
    }

    /** Completes once the container has ended and its last output has been read. */
    Future<ExitStatus> exit() {
        return attempt(() -> engineContainer().exit())
                .compose(status -> log.lastWords().map(status));
    }

    Future<Void> pause() {
        return attempt(() -> engineContainer().pause()).timeout(FREEZE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    Future<Void> resume() {
        return attempt(() -> engineContainer().resume()).timeout(FREEZE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The function behind stdin and stdout. Once, and once started. */
    StdioExchange stdio() {
        ContainerStreams streams = Objects.requireNonNull(engineContainer().streams(), "not attached");
        StdioLimits limits = new StdioLimits(
                ports.maxRequestBytes(),
                ports.config().maxResponseBytes(),
                ports.config().maxResponseHeaderBytes());
        return new StdioExchange(vertx, streams, spec.format(), limits, log.writer(LogLine.Source.STDERR));
    }

    /** The function's socket, as this process reaches it. */
    Path socket() {
        return directory().socket();
    }

    ContainerTimings timings() {
        return new ContainerTimings(imagePull, prepare, create, init);
    }

    /** Takes away whatever is there; may be repeated after a failure. */
    Future<Void> remove() {
        EngineContainer made = container;
        Future<Void> removed = made == null ? Future.succeededFuture() : attempt(made::remove);
        return removed.compose(gone -> {
            container = null;
            log.close();
            return directory == null ? Future.succeededFuture() : vertx.executeBlocking(this::removeDirectory, false);
        });
    }

    private @Nullable Void removeDirectory() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
        SocketDirectory left = directory;
        if (left != null) {
            try {
                left.remove();
            } catch (RunnerException failure) {
                leaveBehind(left, failure);
            }
            directory = null;
        }
        return null;
    }

    /** What a function put there may be beyond our rights. That must not hold the node's capacity for ever. */
    private void leaveBehind(SocketDirectory left, RunnerException failure) {
        if (++directoryFailures < DIRECTORY_TRIES) {
            throw failure;
        }
        LOG.atWarn()
                .addKeyValue("containerId", id)
                .addKeyValue("directory", left.path())
                .setCause(failure)
                .log("socket directory cannot be removed and is left behind");
    }

    private ContainerPlan plan() {
        return new ContainerPlan(
                id,
                spec.image(),
                spec.env(),
                spec.memoryMiB(),
                spec.cpuMillis(),
                spec.tmpfsMiB(),
                overSocket() ? directory().path() : null,
                overSocket() ? spec.syslogUrl() : null,
                "app_id=%s,fn_id=%s".formatted(spec.appId(), spec.fnId()),
                spec.networkDisabled(),
                overSocket() ? attach() : ContainerPlan.Attach.ALL);
    }

    private ContainerPlan.Attach attach() {
        return ports.logs().kept() ? ContainerPlan.Attach.OUTPUT : ContainerPlan.Attach.NONE;
    }

    private EngineContainer engineContainer() {
        return Objects.requireNonNull(container, "not created yet");
    }

    private SocketDirectory directory() {
        return Objects.requireNonNull(directory, "not prepared yet");
    }

    /** An engine that throws has failed. */
    private static <T> Future<T> attempt(Supplier<Future<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }

    private long lap() {
        long now = System.nanoTime();
        long took = now - stepBegan;
        stepBegan = now;
        return took;
    }
}
