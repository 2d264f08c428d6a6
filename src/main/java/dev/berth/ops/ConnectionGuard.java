package dev.berth.ops;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds what clients hold: so many connections, and each only so long without a whole request, or with an answer that
 * is not taken. Confined to one context.
 */
final class ConnectionGuard {
    private final Vertx vertx;
    private final Limits limits;
    private final Map<HttpConnection, Long> timers = new HashMap<>();

    /**
     * @param connections open at once; more are closed at once
     * @param first how long a new connection may take to send a request's head
     * @param next the same, after an answer
     * @param answer from a request's head to the end of its answer
     * @param untaken how long a stream may stand still because what was sent is not taken
     */
    record Limits(int connections, Duration first, Duration next, Duration answer, Duration untaken) {
        static final Limits DEFAULT = new Limits(
                1_024, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(10));
    }

    ConnectionGuard(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    void opened(HttpConnection connection) {
        if (timers.size() >= limits.connections()) {
            connection.close();
            return;
        }
        arm(connection, limits.first());
        connection.closeHandler(closed -> {
            Long timer = timers.remove(connection);
            if (timer != null) {
                vertx.cancelTimer(timer);
            }
        });
        // What goes wrong on a connection ends it, and concerns nobody else.
        connection.exceptionHandler(failure -> {});
    }

    /** A request's head has come. */
    void asked(HttpServerRequest request) {
        rearm(request.connection(), limits.answer());
    }

    /** Its answer has been given. */
    void answered(HttpServerRequest request) {
        rearm(request.connection(), limits.next());
    }

    /** The answer has no end: whoever sends it sees to it that it is taken. */
    void streams(HttpServerRequest request) {
        Long timer = timers.get(request.connection());
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    int open() {
        return timers.size();
    }

    /** Not if it has been closed meanwhile. */
    private void rearm(HttpConnection connection, Duration limit) {
        Long timer = timers.get(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
            arm(connection, limit);
        }
    }

    private void arm(HttpConnection connection, Duration limit) {
        timers.put(connection, vertx.setTimer(limit.toMillis(), late -> ForcedClose.of(connection)));
    }
}
