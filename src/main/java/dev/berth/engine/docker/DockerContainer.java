package dev.berth.engine.docker;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One container. Belongs to the context it was created on, and must be used there. Pausing, resuming and
 * removing take place one after the other, whatever order their outcomes come in.
 */
final class DockerContainer implements EngineContainer {
    /** How long after a removal has begun output that is on its way may come. */
    private static final long LAST_OUTPUT_MILLIS = 3_000;

    private static final String LOG_DRIVER_FAILED = "failed to initialize logging driver";

    private final Parts parts;
    private final String name;
    private final String engineId;
    private final Attach attach;
    private final Runnable whenGone;
    private final ExitWatch exitWatch;
    private final HealthWatch healthWatch;
    private Pausing.Hold hold = Pausing.Hold.NONE;
    private boolean wokenByEngine;
    private Future<Void> last = Future.succeededFuture();
    private @Nullable NetSocket output;
    private @Nullable NetSocket input;
    private @Nullable ContainerStreams streams;
    private @Nullable Future<Void> removal;

    /** What all containers of an engine share. */
    record Parts(Vertx vertx, EngineApi api, Pausing pausing, MemoryKills memoryKills, Remover remover) {}

    /**
     * @param engineId the engine's own id
     * @param whenGone run once the container is removed
     */
    DockerContainer(Parts parts, ContainerPlan plan, String engineId, Runnable whenGone) {
        this.parts = parts;
        this.name = plan.id();
        this.attach = plan.attach();
        this.engineId = engineId;
        this.whenGone = whenGone;
        this.exitWatch = new ExitWatch(parts.vertx(), parts.api(), name);
        this.healthWatch = new HealthWatch(parts.vertx(), parts.api(), name);
    }

    @Override
    public String id() {
        return name;
    }

    @Override
    public Future<Void> start() {
        return attached()
                .compose(ready -> parts.api().startContainer(name))
                .compose(reply -> reply.ok() ? Future.succeededFuture() : Future.failedFuture(startFailure(reply)));
    }

    private Future<Void> attached() {
        return switch (attach) {
            case NONE -> Future.succeededFuture();
            case OUTPUT -> attachOutput(null);
            case ALL -> attachInput().compose(this::attachOutput);
        };
    }

    /**
     * stdin has a connection of its own: the engine closes the container's stdin when that one is closed, and a
     * connection that carried output too could not be half closed from here.
     */
    private Future<NetSocket> attachInput() {
        return parts.api().attach(name, "stdin=1").map(raw -> {
            inputOnly(raw);
            input = raw.socket();
            return raw.socket();
        });
    }

    static void inputOnly(RawConnection raw) {
        raw.socket().handler(nothing -> {});
        // How its container ends is learnt elsewhere.
        raw.socket().exceptionHandler(cut -> {});
        raw.socket().resume();
    }

    private Future<Void> attachOutput(@Nullable NetSocket stdin) {
        return parts.api()
                .attach(name, "stdout=1&stderr=1")
                .onSuccess(raw -> {
                    AttachedOutput outputs = new AttachedOutput(raw);
                    this.output = raw.socket();
                    streams = new ContainerStreams(stdin, outputs.stdout(), outputs.stderr());
                })
                .mapEmpty();
    }

    private static RunnerException startFailure(EngineResponse reply) {
        return reply.message().contains(LOG_DRIVER_FAILED) ? ErrorCode.SYSLOG_UNAVAILABLE.exception() : reply.failure();
    }

    @Override
    public Future<ExitStatus> exit() {
        return exitWatch.exit();
    }

    @Override
    public OptionalInt exitCode() {
        return exitWatch.code();
    }

    @Override
    public Future<Boolean> killedForMemory() {
        return parts.memoryKills().any(engineId);
    }

    @Override
    public Future<Void> healthy() {
        return healthWatch.healthy();
    }

    @Override
    public Future<Void> pause() {
        return inTurn(() -> hold == Pausing.Hold.NONE
                ? parts.pausing()
                        .hold(name, engineId)
                        .onSuccess(held -> hold = held)
                        .mapEmpty()
                : Future.succeededFuture());
    }

    @Override
    public Future<Void> resume() {
        return inTurn(() -> {
            Pausing.Hold was = hold;
            return parts.pausing().release(was, name, engineId).onSuccess(released -> {
                wokenByEngine = was == Pausing.Hold.PAUSED;
                hold = Pausing.Hold.NONE;
            });
        });
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

    /**
     * An engine may hold up a container's end until all its output is taken. Answers are taken no more, so their
     * connection is closed first; what is a log is read all the time, and to its end. The input's is closed last: the
     * end of stdin would look like the end of what the function was being sent.
     */
    private Future<Void> removeNow() {
        if (attach == Attach.ALL) {
            close(output);
        } else {
            closeLater(output);
        }
        Future<Void> released = hold == Pausing.Hold.NONE
                ? Future.succeededFuture()
                : parts.pausing().releaseAny(name, engineId, hold == Pausing.Hold.PAUSED);
        return released.compose(free -> parts.remover().remove(name)).onSuccess(gone -> {
            close(input);
            whenGone.run();
        });
    }

    /** The engine ends it, as a rule at once. */
    private void closeLater(@Nullable NetSocket connection) {
        if (connection != null) {
            long timer = parts.vertx().setTimer(LAST_OUTPUT_MILLIS, due -> connection.close());
            connection.closeHandler(closed -> parts.vertx().cancelTimer(timer));
        }
    }

    private static void close(@Nullable NetSocket connection) {
        if (connection != null) {
            connection.close();
        }
    }

    @Override
    public @Nullable ContainerStreams streams() {
        return streams;
    }

    private Future<Void> inTurn(Supplier<Future<Void>> action) {
        last = last.transform(done -> action.get());
        return last;
    }
}
