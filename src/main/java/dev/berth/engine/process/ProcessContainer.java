package dev.berth.engine.process;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.Instances;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One function process. Confined to the context it is used on; the blocking parts run on worker threads. */
final class ProcessContainer implements EngineContainer {
    private static final int KILLED = 137;
    /** How long after its end output of it that is on its way may come. */
    private static final long LAST_OUTPUT_MILLIS = 1_000;

    private final Vertx vertx;
    private final FunctionCatalogue.Function function;
    private final ContainerPlan plan;
    private final Instances instances;

    private @Nullable Process process;
    private @Nullable ContainerStreams streams;
    private Runnable closeStreams = () -> {};
    private boolean removed;

    ProcessContainer(Vertx vertx, FunctionCatalogue.Function function, ContainerPlan plan, Instances instances) {
        this.vertx = vertx;
        this.function = function;
        this.plan = plan;
        this.instances = instances;
    }

    @Override
    public String id() {
        return plan.id();
    }

    @Override
    public Future<Void> start() {
        Context context = vertx.getOrCreateContext();
        return vertx.executeBlocking(this::launch, false).compose(started -> {
            process = started;
            if (removed) {
                return kill().compose(killed -> Future.failedFuture(
                        ErrorCode.ENGINE_FAILED.exception("container " + id() + " was removed while it started")));
            }
            if (plan.attach() != ContainerPlan.Attach.NONE) {
                streams = attach(context, started);
            }
            return Future.succeededFuture();
        });
    }

    private Process launch() {
        ProcessBuilder builder = new ProcessBuilder(function.command());
        builder.directory(function.folder().toFile());
        Map<String, String> env = builder.environment();
        // The runner's own environment may hold secrets; a container would not see it either.
        String path = env.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        env.clear();
        env.put("PATH", path);
        env.putAll(plan.env());
        if (plan.socketDirectory() != null) {
            env.put("FN_LISTENER", "unix:" + plan.socketDirectory().resolve("lsnr.sock"));
        }
        env.put(ProcessTree.CONTAINER, plan.id());
        env.put(ProcessTree.INSTANCE, instances.instanceId());
        env.put(ProcessTree.OWNER, instances.owner());
        boolean output = plan.attach() != ContainerPlan.Attach.NONE;
        builder.redirectOutput(output ? Redirect.PIPE : Redirect.DISCARD);
        builder.redirectError(output ? Redirect.PIPE : Redirect.DISCARD);
        if (plan.attach() != ContainerPlan.Attach.ALL) {
            builder.redirectInput(Redirect.from(new File("/dev/null")));
        }
        try {
            Descriptors.plentyForProcess();
            return builder.start();
        } catch (IOException failure) {
            throw ErrorCode.ENGINE_FAILED.hiding(
                    "cannot start the function", "cannot start " + function.command() + ": " + failure.getMessage());
        }
    }

    private ContainerStreams attach(Context context, Process started) {
        PipeWriter stdin = plan.attach() == ContainerPlan.Attach.ALL
                ? new PipeWriter(context, started.getOutputStream(), "stdin-" + id())
                : null;
        PipeReader stdout = new PipeReader(context, started.getInputStream(), "stdout-" + id());
        PipeReader stderr = new PipeReader(context, started.getErrorStream(), "stderr-" + id());
        closeStreams = () -> {
            if (stdin != null) {
                stdin.close();
            }
            stdout.close();
            stderr.close();
        };
        return new ContainerStreams(stdin, stdout, stderr);
    }

    @Override
    public Future<ExitStatus> exit() {
        Process running = process;
        if (running == null) {
            return Future.failedFuture(ErrorCode.ENGINE_FAILED.exception("container " + id() + " is not started"));
        }
        Promise<ExitStatus> exited = Promise.promise();
        Context context = vertx.getOrCreateContext();
        running.onExit()
                .thenAccept(ended ->
                        context.runOnContext(ignored -> exited.complete(new ExitStatus(ended.exitValue(), false))))
                .exceptionally(failure -> {
                    context.runOnContext(ignored -> exited.complete(new ExitStatus(KILLED, false)));
                    return null;
                });
        return exited.future();
    }

    /** The code is all there is to know. */
    @Override
    public OptionalInt exitCode() {
        return OptionalInt.empty();
    }

    @Override
    public Future<Void> healthy() {
        return Future.succeededFuture();
    }

    /** A tree of processes cannot be stopped as one: what forks in between would run on, and hold up the rest. */
    @Override
    public Future<Void> pause() {
        return Future.failedFuture(ErrorCode.PAUSE_UNSUPPORTED.exception("processes are not frozen"));
    }

    @Override
    public Future<Void> resume() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> remove() {
        removed = true;
        return process == null ? Future.succeededFuture() : kill();
    }

    private Future<Void> kill() {
        Process running = process;
        return vertx.<Void>executeBlocking(
                        () -> {
                            if (running != null) {
                                running.destroyForcibly();
                            }
                            ProcessTree.killContainer(id());
                            if (running != null) {
                                running.waitFor();
                            }
                            return null;
                        },
                        false)
                .onComplete(killed -> {
                    if (plan.attach() == ContainerPlan.Attach.ALL) {
                        closeStreams.run();
                    } else {
                        // What it has printed is in its pipes, which a process that left its tree may hold open.
                        vertx.setTimer(LAST_OUTPUT_MILLIS, due -> closeStreams.run());
                    }
                });
    }

    @Override
    public @Nullable ContainerStreams streams() {
        return streams;
    }
}
