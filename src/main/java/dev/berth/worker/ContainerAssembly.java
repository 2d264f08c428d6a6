package dev.berth.worker;

import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.UsageMeter;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.logs.ContainerLog;
import dev.berth.logs.LogLine;
import dev.berth.logs.LogOrigin;
import dev.berth.logs.SyslogOutput;
import dev.berth.worker.stdio.StdioExchange;
import dev.berth.worker.stdio.StdioLimits;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
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
    private final WorkerParts parts;
    private final Vertx vertx;
    private final Context context;
    private final LogOrigin origin;
    private final @Nullable SyslogOutput syslog;
    private final ContainerLog log;
    private final Promise<Void> socketReady = Promise.promise();
    private final Promise<ExitStatus> ended = Promise.promise();
    private @Nullable SocketDirectory directory;
    private @Nullable FunctionSocket socket;
    private SocketWatcher.@Nullable Watch watch;
    private @Nullable EngineContainer container;
    private @Nullable LeftContainer adopted;
    private int directoryFailures;
    private long stepBegan;
    private long imagePull;
    private long prepare;
    private long create;
    private long init;

    ContainerAssembly(String id, ContainerSpec spec, WorkerParts parts, Context context) {
        this.id = id;
        this.spec = spec;
        this.parts = parts;
        this.vertx = context.owner();
        this.context = context;
        this.origin = new LogOrigin(spec.appId(), spec.fnId(), id, spec.image());
        this.syslog = ownSyslog();
        this.log = parts.logs().open(vertx, origin, syslog);
    }

    /**
     * Functions on stdin and stdout have their lines sent from here by any engine: its driver would send their
     * answers, too.
     */
    private @Nullable SyslogOutput ownSyslog() {
        String url = spec.syslogUrl();
        if (url == null || url.isBlank() || (overSocket() && parts.engine().sendsSyslog())) {
            return null;
        }
        return parts.logs().syslog(vertx, origin, url, overSocket() ? null : spec.path());
    }

    /** What the container prints. */
    ContainerLog log() {
        return log;
    }

    Future<Void> pull() {
        stepBegan = System.nanoTime();
        return attempt(this::ensureImage).andThen(done -> imagePull = lap());
    }

    private Future<Void> ensureImage() {
        return parts.engine().ensureImage(new ImageRequest(spec.image(), spec.registryToken()));
    }

    /** Whether the function is spoken to over a socket, and not over stdin and stdout. */
    boolean overSocket() {
        return spec.format() == CallFormat.HTTP_STREAM;
    }

    /**
     * The way to the syslog server, if the runner is to send there. Socket directory and watch, if the function
     * needs them; both before the container exists, so that no socket can appear unseen.
     */
    Future<Void> prepare() {
        Future<Void> connected = syslog == null ? Future.succeededFuture() : syslog.open();
        return connected
                .compose(open ->
                        overSocket() ? vertx.executeBlocking(this::makeDirectory, false) : Future.succeededFuture())
                .andThen(done -> prepare = lap())
                .mapEmpty();
    }

    private SocketDirectory makeDirectory() {
        SocketDirectory made = parts.directories().create();
        FunctionSocket function = new FunctionSocket(vertx, made);
        directory = made;
        socket = function;
        try {
            watch = parts.watcher().watch(made.path(), () -> appeared(function));
        } catch (IOException failure) {
            throw ErrorCode.SOCKET_DIRECTORY.hiding("cannot watch " + made.path() + ": " + failure.getMessage());
        }
        return made;
    }

    /** On the watcher's thread: the first look at the socket is the judgement of the launch. */
    private void appeared(FunctionSocket function) {
        try {
            function.find();
            context.runOnContext(turn -> socketReady.tryComplete());
        } catch (RunnerException notGood) {
            context.runOnContext(turn -> socketReady.tryFail(notGood));
        }
    }

    /** Whoever waits for it finds it kept: a handler set beside this one on one future could be called before it. */
    Future<EngineContainer> create() {
        return attempt(() -> parts.engine().create(plan())).map(made -> {
            container = made;
            return made;
        });
    }

    Future<Void> start() {
        return attempt(() -> container().start()).andThen(done -> {
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

    /**
     * What a launch that failed this way is to be told to have failed of: where the runner's disk is full, a
     * function that made no socket is not to blame. Never fails.
     */
    Future<RunnerException> blame(RunnerException error) {
        SocketDirectory made = directory;
        if (made == null || socketReady.future().isComplete()) {
            return Future.succeededFuture(error);
        }
        return vertx.executeBlocking(made::checkRoom, false)
                .map(room -> error)
                .recover(full -> Future.succeededFuture(RunnerException.of(full)));
    }

    /** What tells how much the container uses. Once, and once started. Does not fail. */
    Future<UsageMeter> usage() {
        return attempt(() -> container().usage()).otherwise(UsageMeter.NONE);
    }

    /** Completes once the image's health check, if any, has passed, or the container has ended. */
    Future<Void> healthy() {
        return attempt(() -> container().healthy());
    }

    /** The time of becoming ready, or of giving up, is over. */
    void initOver() {
        init = lap();
    }

    /** Has the container's end watched for; once, and once started. */
    void watchExit() {
        attempt(() -> container().exit()).onComplete(ended);
    }

    /** Completes as soon as the engine says that the container has ended, and how. */
    Future<ExitStatus> ended() {
        return ended.future();
    }

    /** What is known of the end by now; null: nothing. */
    @Nullable
    ExitStatus endSoFar() {
        if (ended().succeeded()) {
            return ended().result();
        }
        OptionalInt code = container == null ? OptionalInt.empty() : container.exitCode();
        return code.isPresent() ? new ExitStatus(code.getAsInt(), false) : null;
    }

    /** Whether the kernel has killed a process of it for want of memory, as far as can be seen. Does not fail. */
    Future<Boolean> killedForMemory() {
        return attempt(() -> container().killedForMemory()).otherwise(false);
    }

    /** Completes once the container has ended and its last output has been read. */
    Future<ExitStatus> exit() {
        return ended().compose(status -> log.lastOutput().map(status));
    }

    /** Fails as {@link EngineContainer#pause()}. */
    Future<Void> pause() {
        return attempt(() -> container().pause()).timeout(FREEZE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Fails with SERVER_BUSY if only a file descriptor of the runner's was wanting, and it can be tried again. */
    Future<Void> resume() {
        return attempt(() -> container().resume()).timeout(FREEZE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether it took the engine to wake it last. */
    boolean wokenByEngine() {
        return container != null && container.wokenByEngine();
    }

    /** Completes on the worker's context after that time. */
    Future<?> timer(long millis) {
        return vertx.timer(millis);
    }

    /** The function behind stdin and stdout. Once, and once started. */
    StdioExchange stdio() {
        ContainerStreams streams = Objects.requireNonNull(container().streams(), "not attached");
        StdioLimits limits = new StdioLimits(
                parts.maxRequestBytes(),
                parts.config().maxResponseBytes(),
                parts.config().maxResponseHeaderBytes(),
                parts.objectMemory());
        log.awaitEnd(streams.stderr());
        return new StdioExchange(vertx, streams, spec.format(), limits, log.writer(LogLine.Source.STDERR));
    }

    /** The way to the function's socket. */
    FunctionSocket socket() {
        return Objects.requireNonNull(socket, "not prepared yet");
    }

    ContainerTimings timings() {
        return new ContainerTimings(imagePull, prepare, create, init);
    }

    /** Another runner has left it, and this is what there is of it. */
    void found(LeftContainer left, FunctionSocket itsSocket, EngineContainer made) {
        adopted = left;
        directory = left.directory();
        socket = itsSocket;
        container = made;
    }

    /** What another runner has left; null: it was made by this one. */
    @Nullable
    LeftContainer adopted() {
        return adopted;
    }

    /** Takes away whatever is there; may be repeated after a failure. */
    Future<Void> remove() {
        EngineContainer made = container;
        Future<Void> removed = made == null ? Future.succeededFuture() : attempt(made::remove);
        return removed.compose(gone -> log.lastOutput())
                .compose(read -> {
                    container = null;
                    log.close();
                    return syslog == null ? Future.succeededFuture() : syslog.close();
                })
                .compose(flushed -> directory == null
                        ? Future.succeededFuture()
                        : vertx.executeBlocking(this::removeDirectory, false));
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
        if (Descriptors.exhausted(failure) || ++directoryFailures < DIRECTORY_TRIES) {
            throw failure;
        }
        LOG.atWarn()
                .addKeyValue("containerId", id)
                .addKeyValue("directory", left.home())
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
                overSocket() && syslog == null ? spec.syslogUrl() : null,
                origin.tag(),
                spec.networkDisabled(),
                overSocket() ? attach() : ContainerPlan.Attach.ALL);
    }

    private ContainerPlan.Attach attach() {
        return parts.logs().kept() || syslog != null ? ContainerPlan.Attach.OUTPUT : ContainerPlan.Attach.NONE;
    }

    EngineContainer container() {
        return Objects.requireNonNull(container, "not created yet");
    }

    SocketDirectory directory() {
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
