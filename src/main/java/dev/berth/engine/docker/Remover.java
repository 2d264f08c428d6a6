package dev.berth.engine.docker;

import dev.berth.error.Backoff;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes containers, again and again while the engine has trouble. A container that is gone, or that the
 * engine is removing already, counts as removed. May be used on any context.
 */
final class Remover {
    private static final Logger log = LoggerFactory.getLogger(Remover.class);
    private static final int ATTEMPTS = 10;
    /** When to look, in ms after the create failed: it may be carried out long after we gave up on it. */
    private static final long[] LATE_CREATE_MILLIS = {1, 5_000, 30_000, 120_000};

    private static final Backoff BACKOFF = Backoff.of(Duration.ofMillis(200), Duration.ofSeconds(10));

    private final Vertx vertx;
    private final EngineApi api;

    Remover(Vertx vertx, EngineApi api) {
        this.vertx = vertx;
        this.api = api;
    }

    /** Fails with ENGINE_FAILED when the last attempt did, or when the engine refuses. */
    Future<Void> remove(String name) {
        return attempt(name, 1);
    }

    /**
     * After a create without a clear answer: the container may exist, or may yet come to, and nobody else knows
     * of it. Goes on by itself for a while; what comes later still is left to the next sweep.
     */
    void removeIfMade(String name) {
        for (long delay : LATE_CREATE_MILLIS) {
            vertx.timer(delay)
                    .onSuccess(fired -> remove(name).onFailure(cause -> {
                        if (cause instanceof RunnerException) {
                            log.atWarn()
                                    .addKeyValue("containerId", name)
                                    .log("A container may be left over: {}", cause.getMessage());
                        }
                    }));
        }
    }

    private Future<Void> attempt(String name, int number) {
        return api.removeContainer(name).transform(done -> {
            if (done.succeeded() && (done.result().ok() || gone(done.result()))) {
                return Future.succeededFuture();
            }
            boolean again = done.failed() || done.result().serverError();
            if (again && number < ATTEMPTS && !api.http().closed()) {
                return vertx.timer(BACKOFF.millis(number)).compose(fired -> attempt(name, number + 1));
            }
            return Future.failedFuture(
                    done.failed() ? done.cause() : done.result().failure());
        });
    }

    private static boolean gone(EngineResponse reply) {
        return reply.status() == 404 || reply.message().toLowerCase(Locale.ROOT).contains("already in progress");
    }
}
