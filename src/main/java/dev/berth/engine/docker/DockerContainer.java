package dev.berth.engine.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.Remains;
import dev.berth.engine.UsageMeter;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One container. Belongs to the context it was created on, and must be used there. Pausing, resuming and
 * removing take place one after the other, whatever order their outcomes come in.
 */
final class DockerContainer implements EngineContainer {
    private static final String LOG_DRIVER_FAILED = "failed to initialize logging driver";

    private final Parts parts;
    private final String name;
    private final Steps steps;
    private final Attach attach;
    private final boolean cpuLimited;
    private final ExitWatch exitWatch;
    private final HealthWatch healthWatch;
    private final StandardStreams streams;
    private Pausing.Hold hold = Pausing.Hold.NONE;
    private boolean wokenByEngine;
    /** The place of a container that another runner has started: no pool of this one knows it. */
    private @Nullable String place;

    private Made made;
    private Future<?> last = Future.succeededFuture();
    /** What the kernel said when the output ended: later the control group may be gone. */
    private Future<Boolean> killedAtItsEnd = Future.succeededFuture(false);

    private @Nullable Future<Void> removal;

    /** What all containers of an engine share. */
    record Parts(
            Vertx vertx,
            EngineApi api,
            StandardStreams.Way streams,
            Pausing pausing,
            MemoryKills memoryKills,
            ControlGroupMeters meters,
            Remover remover) {}

    /** What the engine has made: its own id, and the network that is given back once the container is removed. */
    record Made(String engineId, NetworkLease network) {}

    /**
     * @param remake makes the same container anew, when this one is removed, on a network that nobody holds ready
     * @param startEnded run when the start has ended, however it did; may be run again
     * @param gone run once the container is removed
     */
    record Steps(Supplier<Future<Made>> remake, Runnable startEnded, Runnable gone) {}

    DockerContainer(Parts parts, ContainerPlan plan, Made made, Steps steps) {
        this(parts, plan.id(), plan.attach(), plan.cpuMillis() > 0, made, steps);
    }

    /** One that another runner has started, and that is held so. */
    static DockerContainer adopted(
            Parts parts, String name, boolean cpuLimited, Made made, Steps steps, Pausing.Hold hold) {
        DockerContainer container = new DockerContainer(parts, name, Attach.NONE, cpuLimited, made, steps);
        container.hold = hold;
        container.place = made.network().joined();
        return container;
    }

    private DockerContainer(Parts parts, String name, Attach attach, boolean cpuLimited, Made made, Steps steps) {
        this.parts = parts;
        this.name = name;
        this.attach = attach;
        this.cpuLimited = cpuLimited;
        this.made = made;
        this.steps = steps;
        this.exitWatch = new ExitWatch(parts.vertx(), parts.api(), name);
        this.healthWatch = new HealthWatch(parts.vertx(), parts.api(), name);
        this.streams = new StandardStreams(parts.vertx(), parts.api(), parts.streams(), attach, this::outputEnded);
    }

    @Override
    public String id() {
        return name;
    }

    @Override
    public Future<Void> start() {
        return attempt()
                .compose(reply ->
                        made.network().refused(reply) ? inTurn(this::elsewhere) : Future.succeededFuture(reply))
                .compose(reply ->
                        reply.ok() ? Future.<Void>succeededFuture() : Future.<Void>failedFuture(startFailure(reply)))
                .onComplete(done -> steps.startEnded().run());
    }

    private Future<EngineResponse> attempt() {
        return streams.open(name).compose(ready -> parts.api().startContainer(name));
    }

    /**
     * The container whose network it was to join is gone: the engine was restarted, or someone has removed it. No
     * function has run, so nobody needs to know.
     */
    private Future<EngineResponse> elsewhere() {
        if (removal != null) {
            return Future.failedFuture(ErrorCode.SERVER_BUSY.exception());
        }
        made.network().lost().run();
        streams.drop();
        return parts.remover()
                .remove(name)
                .compose(gone -> {
                    made.network().release().run();
                    made = new Made(made.engineId(), NetworkLease.NO_NETWORK);
                    return steps.remake().get();
                })
                .compose(again -> {
                    made = again;
                    return attempt();
                });
    }

    private static RunnerException startFailure(EngineResponse reply) {
        return reply.message().contains(LOG_DRIVER_FAILED) ? ErrorCode.SYSLOG_UNAVAILABLE.exception() : reply.failure();
    }

    @Override
    public Future<ExitStatus> exit() {
        return exitWatch.exit().compose(this::withKernelsAccount);
    }

    /** Podman's service does not tell a want of memory. */
    private Future<ExitStatus> withKernelsAccount(ExitStatus told) {
        return told.code() == ExitWatch.KILLED && !told.outOfMemory() && removal == null
                ? killedAtItsEnd.map(killed -> new ExitStatus(told.code(), killed))
                : Future.succeededFuture(told);
    }

    private void outputEnded() {
        killedAtItsEnd = killedForMemory();
    }

    @Override
    public OptionalInt exitCode() {
        return exitWatch.code();
    }

    @Override
    public Future<Boolean> killedForMemory() {
        return parts.memoryKills().any(made.engineId());
    }

    @Override
    public Future<UsageMeter> usage() {
        return parts.meters().open(made.engineId(), cpuLimited);
    }

    @Override
    public Future<Void> healthy() {
        return healthWatch.healthy();
    }

    @Override
    public Future<Void> pause() {
        return inTurn(() -> hold == Pausing.Hold.NONE
                ? parts.pausing()
                        .hold(name, made.engineId())
                        .onSuccess(held -> hold = held)
                        .mapEmpty()
                : Future.succeededFuture());
    }

    @Override
    public Future<Void> resume() {
        return inTurn(() -> {
            Pausing.Hold was = hold;
            return parts.pausing().release(was, name, made.engineId()).onSuccess(released -> {
                wokenByEngine = was == Pausing.Hold.PAUSED;
                hold = Pausing.Hold.NONE;
            });
        });
    }

    @Override
    public Future<Remains> remains(Path sockets) {
        NetworkLease network = made.network();
        if (attach != Attach.NONE || !network.canStay()) {
            return Future.failedFuture(ErrorCode.ENGINE_FAILED.exception("the container ends with its runner"));
        }
        return parts.api()
                .inspectContainer(made.engineId())
                .compose(found -> parts.vertx().executeBlocking(() -> remains(found.orElseThrow(), sockets), false));
    }

    private Remains remains(InspectContainerResponse found, Path sockets) throws IOException {
        Long pid = found.getState().getPidLong();
        if (pid == null || pid <= 0) {
            throw ErrorCode.ENGINE_FAILED.exception("the container does not run");
        }
        return new Remains(
                name,
                made.engineId(),
                Objects.requireNonNull(found.getConfig().getLabels().get(ContainerLabels.INSTANCE)),
                ProcessFacts.bootId(),
                pid,
                ProcessFacts.startTime(pid),
                made.network().joined(),
                sockets);
    }

    @Override
    public void leave() {
        exitWatch.stop();
        healthWatch.stop();
        parts.pausing().leave(made.engineId());
        made.network().leave().run();
        steps.gone().run();
    }

    @Override
    public Future<Boolean> owns(long pid) {
        return parts.vertx()
                .executeBlocking(() -> ProcessFacts.isOf(pid, made.engineId()), false)
                .otherwise(false);
    }

    @Override
    public boolean wokenByEngine() {
        return wokenByEngine;
    }

    @Override
    public Future<Void> remove() {
        if (removal == null || removal.failed()) {
            exitWatch.stop();
            healthWatch.stop();
            Future<Void> begun = inTurn(this::removeNow);
            removal = begun;
            // Whoever asks again after a failure has it tried again.
            begun.onFailure(cause -> removal = null);
            return begun;
        }
        return removal;
    }

    private Future<Void> removeNow() {
        streams.removalBegins();
        Future<Void> released = hold == Pausing.Hold.NONE
                ? Future.succeededFuture()
                : parts.pausing().releaseAny(name, made.engineId(), hold == Pausing.Hold.PAUSED);
        return released.compose(free -> parts.remover().remove(name))
                .compose(gone -> place == null
                        ? Future.succeededFuture()
                        : parts.remover().remove(place))
                .onSuccess(gone -> {
                    streams.removed();
                    steps.startEnded().run();
                    made.network().release().run();
                    steps.gone().run();
                });
    }

    @Override
    public @Nullable ContainerStreams streams() {
        return streams.streams();
    }

    private <T> Future<T> inTurn(Supplier<Future<T>> action) {
        Future<T> next = last.transform(done -> action.get());
        last = next;
        return next;
    }
}
