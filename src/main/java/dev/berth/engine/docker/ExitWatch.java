package dev.berth.engine.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.Repeat;
import dev.berth.error.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Learns how one container ends, by the engine's wait request: one open connection per container. The event
 * stream would need one for all, but an event can be missed, and every gap would have to be closed by a
 * listing; a wait asked at any time has the right answer, also for a container that has ended.
 *
 * <p>When the connection is lost, as in a restart of the engine, the container is looked at, with growing
 * pauses, until the engine says what became of it.
 */
final class ExitWatch {
    static final int KILLED = 137;
    private static final Backoff BACKOFF = Backoff.of(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final Vertx vertx;
    private final EngineApi api;
    private final String name;
    private boolean stopped;
    private OptionalInt code = OptionalInt.empty();
    /** In a row. */
    private int failures;

    ExitWatch(Vertx vertx, EngineApi api, String name) {
        this.vertx = vertx;
        this.api = api;
        this.name = name;
    }

    Future<ExitStatus> exit() {
        return Repeat.until(this::turn);
    }

    /** From now on a container that cannot be found has been removed by us: no need to look at it. */
    void stop() {
        stopped = true;
    }

    /** The exit code, known before what it was that killed the container. */
    OptionalInt code() {
        return code;
    }

    private Future<Optional<ExitStatus>> turn() {
        return api.waitContainer(name)
                .compose(api.http()::whole)
                .map(reply -> api.parse("wait_container", reply, JsonNode.class))
                .compose(this::ended)
                .map(Optional::of)
                .recover(cause -> look());
    }

    /** Podman answers with an error, and code 0, where the container was removed before it knew the code. */
    private Future<ExitStatus> ended(JsonNode answer) {
        String error = answer.path("Error").path("Message").asText("");
        if (!error.isEmpty()) {
            return Future.failedFuture(error);
        }
        int told = answer.path("StatusCode").asInt(KILLED);
        code = OptionalInt.of(told);
        if (told != KILLED || stopped) {
            return Future.succeededFuture(new ExitStatus(told, false));
        }
        return api.inspectContainer(name).compose(this::killed);
    }

    private Future<Optional<ExitStatus>> look() {
        return api.inspectContainer(name).compose(this::seen, cause -> again(failures + 1));
    }

    private Future<Optional<ExitStatus>> seen(Optional<InspectContainerResponse> found) {
        if (found.isEmpty()) {
            return killed(found).map(Optional::of);
        }
        InspectContainerResponse.ContainerState state = found.get().getState();
        if (Boolean.TRUE.equals(state.getRunning())) {
            return again(1);
        }
        Long code = state.getExitCodeLong();
        return code == null || code == KILLED
                ? killed(found).map(Optional::of)
                : Future.succeededFuture(Optional.of(new ExitStatus(code.intValue(), false)));
    }

    /**
     * The engine hears of the end and of its reason from two sides, and takes the reason down only if it comes
     * first; if it comes second, there is still the event.
     */
    private Future<ExitStatus> killed(Optional<InspectContainerResponse> found) {
        if (found.isEmpty() || Boolean.TRUE.equals(found.get().getState().getOOMKilled())) {
            return Future.succeededFuture(new ExitStatus(KILLED, found.isPresent()));
        }
        return api.sawOutOfMemory(name).otherwise(false).map(memory -> new ExitStatus(KILLED, memory));
    }

    private Future<Optional<ExitStatus>> again(int failed) {
        failures = failed;
        if (stopped) {
            return Future.succeededFuture(Optional.of(new ExitStatus(KILLED, false)));
        }
        if (api.http().closed()) {
            return Future.failedFuture(api.http().failure("is no longer asked about " + name));
        }
        return vertx.timer(BACKOFF.millis(failures)).map(fired -> Optional.empty());
    }
}
