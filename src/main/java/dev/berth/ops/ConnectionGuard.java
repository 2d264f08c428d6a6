package dev.berth.ops;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Bounds what clients hold: so many connections, and each only so long without a whole request, or with an answer that
 * is not taken. Whoever comes when all are in use gets the place of the one that has waited longest for a request of
 * its client, or else of the one that has sent its answer longest: a probe is answered however many others are silent.
 * Confined to one context.
 */
final class ConnectionGuard {
    private final Vertx vertx;
    private final Limits limits;
    private final Map<HttpConnection, Held> held = new HashMap<>();
    /** By what they do, each in the order in which they came to it. */
    private final Map<Doing, Set<HttpConnection>> places = new EnumMap<>(Doing.class);

    /** What a connection is in the middle of; those named first lose their place first. */
    private enum Doing {
        /** It has asked for nothing yet. */
        FIRST,
        /** It has had an answer. */
        NEXT,
        ANSWER,
        /** Its answer has no end, and streams are bounded by themselves. */
        STREAM
    }

    private record Held(Doing doing, long timer) {}

    private static final long NO_TIMER = -1;

    /**
     * @param connections open at once
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
        for (Doing doing : Doing.values()) {
            places.put(doing, new LinkedHashSet<>());
        }
    }

    void opened(HttpConnection connection) {
        if (held.size() >= limits.connections() && !makeRoom()) {
            connection.close();
            return;
        }
        hold(connection, Doing.FIRST);
        connection.closeHandler(closed -> release(connection));
        // What goes wrong on a connection ends it, and concerns nobody else.
        connection.exceptionHandler(failure -> {});
    }

    private boolean makeRoom() {
        for (Doing doing : Doing.values()) {
            if (doing != Doing.STREAM && !in(doing).isEmpty()) {
                HttpConnection oldest = in(doing).iterator().next();
                release(oldest);
                ForcedClose.of(oldest);
                return true;
            }
        }
        return false;
    }

    /** A request's head has come. */
    void asked(HttpServerRequest request) {
        move(request.connection(), Doing.ANSWER);
    }

    /** Its answer has been given. */
    void answered(HttpServerRequest request) {
        move(request.connection(), Doing.NEXT);
    }

    /** The answer has no end: whoever sends it sees to it that it is taken. */
    void streams(HttpServerRequest request) {
        move(request.connection(), Doing.STREAM);
    }

    int open() {
        return held.size();
    }

    /** Not if it has been closed meanwhile. */
    private void move(HttpConnection connection, Doing doing) {
        if (release(connection)) {
            hold(connection, doing);
        }
    }

    private void hold(HttpConnection connection, Doing doing) {
        held.put(connection, new Held(doing, arm(connection, doing)));
        in(doing).add(connection);
    }

    private boolean release(HttpConnection connection) {
        Held was = held.remove(connection);
        if (was == null) {
            return false;
        }
        vertx.cancelTimer(was.timer());
        in(was.doing()).remove(connection);
        return true;
    }

    private Set<HttpConnection> in(Doing doing) {
        return Objects.requireNonNull(places.get(doing));
    }

    private long arm(HttpConnection connection, Doing doing) {
        Duration limit = switch (doing) {
            case FIRST -> limits.first();
            case NEXT -> limits.next();
            case ANSWER -> limits.answer();
            case STREAM -> null;
        };
        return limit == null ? NO_TIMER : vertx.setTimer(limit.toMillis(), late -> ForcedClose.of(connection));
    }
}
