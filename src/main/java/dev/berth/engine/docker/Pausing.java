package dev.berth.engine.docker;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops containers and lets them continue: by the freezer file where it can be reached, else by the engine.
 * Where the engine cannot either, containers run on between calls, and the log says so once. May be used on
 * any context.
 */
final class Pausing {
    private static final Logger log = LoggerFactory.getLogger(Pausing.class);
    /** How engines say that this host can never pause, as against this container not now. */
    private static final Pattern NEVER =
            Pattern.compile("freezer|cgroup|not supported|rootless|not implemented", Pattern.CASE_INSENSITIVE);

    private final EngineApi api;
    private final Freezer freezer;
    private final AtomicBoolean unsupported = new AtomicBoolean();

    Pausing(EngineApi api, Freezer freezer) {
        this.api = api;
        this.freezer = freezer;
    }

    /** How a container is held. */
    enum Hold {
        NONE,
        /** By its freezer file; the engine does not know. */
        FROZEN,
        PAUSED
    }

    /** NONE if containers cannot be paused here. Fails with ENGINE_FAILED. */
    Future<Hold> hold(String name, String containerId) {
        if (unsupported.get()) {
            return Future.succeededFuture(Hold.NONE);
        }
        return freezer.freeze(containerId)
                .compose(frozen -> frozen ? Future.succeededFuture(Hold.FROZEN) : pause(name));
    }

    Future<Void> release(Hold hold, String name, String containerId) {
        return switch (hold) {
            case NONE -> Future.succeededFuture();
            case FROZEN ->
                freezer.thaw(containerId)
                        .compose(thawed -> thawed
                                ? Future.succeededFuture()
                                : Future.failedFuture(
                                        api.http().failure("has a frozen container we can no longer thaw: " + name)));
            case PAUSED -> api.unpauseContainer(name).compose(Pausing::done);
        };
    }

    /** Lets a container run, however it may be held, so that it can be ended. Never fails. */
    Future<Void> releaseAny(String name, String containerId, boolean pausedByEngine) {
        return freezer.thaw(containerId)
                .compose(thawed -> pausedByEngine ? api.unpauseContainer(name).mapEmpty() : Future.succeededFuture())
                .otherwiseEmpty()
                .mapEmpty();
    }

    private Future<Hold> pause(String name) {
        return api.pauseContainer(name).compose(reply -> {
            if (reply.ok()) {
                return Future.succeededFuture(Hold.PAUSED);
            }
            if (reply.serverError() && NEVER.matcher(reply.message()).find()) {
                if (unsupported.compareAndSet(false, true)) {
                    log.warn("Containers cannot be paused here and run on between calls: {}", reply.message());
                }
                return Future.succeededFuture(Hold.NONE);
            }
            return Future.failedFuture(reply.failure());
        });
    }

    private static Future<Void> done(EngineReply reply) {
        return reply.ok() ? Future.succeededFuture() : Future.failedFuture(reply.failure());
    }
}
