package dev.berth.engine.docker;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.berth.engine.Repeat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns that an image's health check has passed, by looking at the container ten times a second. There are
 * events of that, too, but they can be missed; and what an image without a check needs is one look either way.
 */
final class HealthWatch {
    private static final long PAUSE_MILLIS = 100;

    private final Vertx vertx;
    private final EngineApi api;
    private final String name;
    private boolean stopped;

    HealthWatch(Vertx vertx, EngineApi api, String name) {
        this.vertx = vertx;
        this.api = api;
        this.name = name;
    }

    /** Completes as well when the container has ended, or the watch is stopped. Fails if the engine does. */
    Future<Void> healthy() {
        return Repeat.until(this::look).mapEmpty();
    }

    private Future<Optional<Boolean>> look() {
        return api.inspectContainer(name)
                .compose(found -> stopped || over(found)
                        ? Future.succeededFuture(Optional.of(true))
                        : vertx.timer(PAUSE_MILLIS).map(due -> Optional.empty()));
    }

    void stop() {
        stopped = true;
    }

    private static boolean over(Optional<InspectContainerResponse> found) {
        return found.isEmpty()
                || !Boolean.TRUE.equals(found.get().getState().getRunning())
                || over(found.get().getState().getHealth());
    }

    private static boolean over(@Nullable HealthState health) {
        String status = health == null || health.getStatus() == null ? "" : health.getStatus();
        return switch (status) {
            case "starting", "unhealthy" -> false;
            default -> true;
        };
    }
}
