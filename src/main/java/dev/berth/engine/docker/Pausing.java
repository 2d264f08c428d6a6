package dev.berth.engine.docker;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import java.util.regex.Pattern;

/**
 * Stops containers and lets them continue: by the freezer file where it can be reached, else by the engine.
 * May be used on any context.
 */
final class Pausing {
    /** How engines say that this host can never pause, as against this container not now. */
    private static final Pattern NEVER =
            Pattern.compile("freezer|cgroup|not supported|rootless|not implemented", Pattern.CASE_INSENSITIVE);
    /** The same words about a container that is just ending. */
    private static final Pattern ENDING =
            Pattern.compile("not running|no such file|no such process|no such device", Pattern.CASE_INSENSITIVE);

    private static final int NOT_FOUND = 404;

    private final EngineApi api;
    private final CgroupFreezer freezer;
    private final EngineWatch watch;

    Pausing(EngineApi api, CgroupFreezer freezer, EngineWatch watch) {
        this.api = api;
        this.freezer = freezer;
        this.watch = watch;
    }

    /** How a container is held. */
    enum Hold {
        NONE,
        /** By its freezer file; the engine does not know. */
        FROZEN,
        PAUSED
    }

    /**
     * Never NONE. Fails with PAUSE_UNSUPPORTED where no container can ever be paused, with ENGINE_GONE if nothing
     * was done because the engine is not there, with SERVER_BUSY if nothing was for want of a file descriptor, else with
     * ENGINE_FAILED.
     */
    Future<Hold> hold(String name, String containerId) {
        return freezer.freeze(containerId)
                .compose(frozen -> frozen ? Future.succeededFuture(Hold.FROZEN) : pause(name));
    }

    /**
     * Fails with SERVER_BUSY, and can be tried again, if a file descriptor was wanting; with SLOT_GONE if there is nothing
     * any more that could be released.
     */
    Future<Void> release(Hold hold, String name, String containerId) {
        return switch (hold) {
            case NONE -> Future.succeededFuture();
            case FROZEN ->
                freezer.thaw(containerId)
                        .compose(thawed -> thawed
                                ? Future.succeededFuture()
                                : Future.failedFuture(ErrorCode.SLOT_GONE.exception(
                                        "the control group of the frozen container " + name + " is gone")));
            case PAUSED -> api.unpauseContainer(name).compose(Pausing::done);
        };
    }

    /** How a container is held that another process has frozen; NONE if it is not. */
    Future<Hold> holdFrozen(String containerId, boolean pausedByEngine) {
        return pausedByEngine
                ? Future.succeededFuture(Hold.PAUSED)
                : freezer.holdFrozen(containerId).map(frozen -> frozen ? Hold.FROZEN : Hold.NONE);
    }

    /** It stays frozen, for another process. */
    void leave(String containerId) {
        freezer.leave(containerId);
    }

    /** Lets a container run, however it may be held, so that it can be ended. Never fails. */
    Future<Void> releaseAny(String name, String containerId, boolean pausedByEngine) {
        return freezer.thaw(containerId)
                .compose(thawed -> pausedByEngine ? api.unpauseContainer(name).mapEmpty() : Future.succeededFuture())
                .otherwiseEmpty()
                .mapEmpty();
    }

    private Future<Hold> pause(String name) {
        if (watch.gone()) {
            return Future.failedFuture(api.http().gone("is not answering"));
        }
        return api.pauseContainer(name).recover(Pausing::unclear).compose(reply -> {
            if (reply.ok()) {
                return Future.succeededFuture(Hold.PAUSED);
            }
            if (reply.serverError() && never(reply.message())) {
                return Future.failedFuture(ErrorCode.PAUSE_UNSUPPORTED.exception(
                        ErrorCode.PAUSE_UNSUPPORTED.text() + ": " + reply.message()));
            }
            return Future.failedFuture(reply.failure());
        });
    }

    private static boolean never(String message) {
        return NEVER.matcher(message).find() && !ENDING.matcher(message).find();
    }

    /** Without an answer the container may yet be paused, unless nothing could be asked. */
    private static Future<EngineResponse> unclear(Throwable cause) {
        if (RunnerException.of(cause).code() == ErrorCode.SERVER_BUSY) {
            return Future.failedFuture(cause);
        }
        return Future.failedFuture(ErrorCode.ENGINE_FAILED.hiding(String.valueOf(cause.getMessage())));
    }

    private static Future<Void> done(EngineResponse reply) {
        if (reply.status() == NOT_FOUND) {
            return Future.failedFuture(ErrorCode.SLOT_GONE.exception(reply.message()));
        }
        return reply.ok() ? Future.succeededFuture() : Future.failedFuture(reply.failure());
    }
}
