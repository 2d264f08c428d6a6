package dev.berth.ops;

import dev.berth.logs.LogLine;
import dev.berth.logs.LogOrigin;
import dev.berth.logs.LogTee;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What functions print, as they print it, by server-sent events. Whoever reads too slowly misses lines and is told how
 * many; whoever reads nothing for a minute is dropped. Confined to one context.
 */
final class LogPages {
    static final int MOST_STREAMS = 64;
    private static final int MAX_FUNCTION = 512;
    private static final int UNSENT_BYTES = 64 * 1024;
    private static final long BEAT_MILLIS = 10_000;
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Vertx vertx;
    private final @Nullable LogTee output;
    private final ConnectionGuard connections;
    private final Map<HttpServerResponse, Follower> followers = new HashMap<>();
    private long timer = -1;

    LogPages(Vertx vertx, @Nullable LogTee output, ConnectionGuard connections) {
        this.vertx = vertx;
        this.output = output;
        this.connections = connections;
    }

    Endpoint endpoint() {
        return Endpoint.get(
                        "/api/logs",
                        Role.READER,
                        "Server-sent events: what functions print, as they print it, after the last lines there were;"
                                + " 409 if the node does not read it.",
                        this::open)
                .with(
                        new Endpoint.Parameter(
                                "function", "string", "Only of this function id, image, or container id; else of all."),
                        new Endpoint.Parameter("follow", "string", "false: only the last lines there are."))
                .or(400, "The query cannot be understood.")
                .or(409, "The node does not read what functions print.")
                .or(503, "There are too many such streams.");
    }

    private void open(RoutingContext asked) {
        HttpServerResponse response = asked.response();
        String function = asked.queryParam("function").isEmpty()
                ? ""
                : asked.queryParam("function").get(0);
        List<String> follow = asked.queryParam("follow");
        if (output == null) {
            Answers.message(
                    response, 409, "what functions print is not read on this node; logs.live: true has it read");
        } else if (function.length() > MAX_FUNCTION) {
            Answers.message(response, 400, "function has at most " + MAX_FUNCTION + " characters");
        } else if (!follow.isEmpty() && !follow.get(0).matches("true|false")) {
            Answers.message(response, 400, "follow is true or false");
        } else if (followers.size() >= MOST_STREAMS) {
            Answers.message(response, 503, "there are " + MOST_STREAMS + " such streams already");
        } else {
            response.setChunked(true).putHeader("Content-Type", "text/event-stream");
            if (follow.isEmpty() || follow.get(0).equals("true")) {
                connections.streams(asked.request());
                follow(output, asked.request(), function);
            } else {
                tail(output, response, function);
            }
        }
    }

    private static void tail(LogTee output, HttpServerResponse response, String function) {
        LogTee.Listener listener = output.listen(of(function), () -> {});
        LogTee.Heard heard = listener.next();
        listener.leave();
        response.end(heard == null ? "" : events(heard));
    }

    private void follow(LogTee output, HttpServerRequest request, String function) {
        HttpServerResponse response = request.response();
        Follower follower = new Follower(output, request, function);
        followers.put(response, follower);
        response.setWriteQueueMaxSize(UNSENT_BYTES);
        response.closeHandler(gone -> forget(response));
        response.drainHandler(drained -> follower.pump());
        response.write(": follows\n\n");
        follower.pump();
        if (timer < 0) {
            timer = vertx.setPeriodic(
                    BEAT_MILLIS, tick -> List.copyOf(followers.values()).forEach(Follower::beat));
        }
    }

    private void forget(HttpServerResponse response) {
        Follower gone = followers.remove(response);
        if (gone != null) {
            gone.listener.leave();
        }
        if (followers.isEmpty() && timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    private static final class Follower {
        private final Context context = Vertx.currentContext();
        private final HttpServerResponse response;
        private final HttpConnection connection;
        private final LogTee.Listener listener;
        private long written = System.nanoTime();

        Follower(LogTee output, HttpServerRequest request, String function) {
            this.response = request.response();
            this.connection = request.connection();
            this.listener = output.listen(of(function), () -> context.runOnContext(turn -> pump()));
        }

        void pump() {
            while (!response.closed() && !response.writeQueueFull()) {
                written = System.nanoTime();
                LogTee.Heard heard = listener.next();
                if (heard == null) {
                    return;
                }
                response.write(events(heard));
            }
        }

        void beat() {
            if (!response.writeQueueFull()) {
                written = System.nanoTime();
                response.write(": still here\n\n");
            } else if (System.nanoTime() - written > STALLED_NANOS) {
                ForcedClose.of(connection);
            }
        }
    }

    private static Predicate<LogOrigin> of(String function) {
        return function.isEmpty()
                ? origin -> true
                : origin -> origin.fnId().equals(function)
                        || origin.image().equals(function)
                        || origin.containerId().equals(function);
    }

    private static String events(LogTee.Heard heard) {
        StringBuilder events = new StringBuilder();
        if (heard.dropped() > 0) {
            events.append("event: dropped\ndata: {\"lines\":")
                    .append(heard.dropped())
                    .append("}\n\n");
        }
        for (LogLine line : heard.lines()) {
            events.append("event: line\ndata: ").append(json(line).encode()).append("\n\n");
        }
        return events.toString();
    }

    private static JsonObject json(LogLine line) {
        return new JsonObject()
                .put("at", line.unixMillis())
                .put("app", line.origin().appId())
                .put("fn", line.origin().fnId())
                .put("image", line.origin().image())
                .put("container", line.origin().containerId())
                .put("call", line.callId())
                .put("source", line.source().name().toLowerCase(Locale.ROOT))
                .put("text", line.data().toStringUtf8());
    }
}
