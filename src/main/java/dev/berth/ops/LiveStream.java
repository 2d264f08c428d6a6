package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of the node, again and again, by server-sent events: one {@code node} event a second with all that the
 * console shows. Of whoever does not read, events are left out; it is dropped when it has read nothing for a while.
 * Costs nothing while nobody listens. Confined to one context.
 */
final class LiveStream {
    static final int MOST_STREAMS = 64;
    private static final long EVENT_MILLIS = 1_000;
    private static final int UNSENT_BYTES = 256 * 1024;
    /** Rows of functions, of queues, and of queues of all peers, in one event. */
    private static final int ROWS = 200;

    private static final RowPage BUSIEST = new RowPage("", "busy", 0, ROWS);

    private final Vertx vertx;
    private final NodeView node;
    private final NodeFeed feed;
    private final ConnectionGuard connections;
    private final long untakenNanos;
    /** With when each could last be written to. */
    private final Map<HttpServerRequest, Long> streams = new LinkedHashMap<>();

    private long timer = -1;

    /** @param untaken how long one may take nothing before it is dropped */
    LiveStream(Vertx vertx, NodeView node, NodeFeed feed, ConnectionGuard connections, Duration untaken) {
        this.untakenNanos = untaken.toNanos();
        this.vertx = vertx;
        this.node = node;
        this.feed = feed;
        this.connections = connections;
    }

    Endpoint endpoint() {
        return Endpoint.get(
                "/api/stream",
                Role.READER,
                "Server-sent events: the node, its busiest functions and slot queues, and its peers, once a second.",
                this::open);
    }

    int open() {
        return streams.size();
    }

    private void open(RoutingContext asked) {
        HttpServerResponse response = asked.response();
        if (streams.size() >= MOST_STREAMS) {
            Answers.message(response, 503, "there are " + MOST_STREAMS + " streams already");
            return;
        }
        connections.streams(asked.request());
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").setWriteQueueMaxSize(UNSENT_BYTES);
        streams.put(asked.request(), System.nanoTime());
        response.closeHandler(gone -> forget(asked.request()));
        response.write("retry: 2000\n\n");
        now().onSuccess(event -> send(event, asked.request()));
        if (timer < 0) {
            timer = vertx.setPeriodic(
                    EVENT_MILLIS,
                    tick -> now().onSuccess(
                                    event -> List.copyOf(streams.keySet()).forEach(each -> send(event, each))));
        }
    }

    private void forget(HttpServerRequest request) {
        streams.remove(request);
        if (streams.isEmpty() && timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    /** The event to send now, in one place in memory however many it goes to. Never fails. */
    private Future<Buffer> now() {
        return feed.snapshot()
                .map(snapshot -> "event: node\ndata: " + event(snapshot).encode() + "\n\n")
                .otherwise("event: silent\ndata: {}\n\n")
                .map(Buffer::buffer);
    }

    private JsonObject event(NodeSnapshot snapshot) {
        return new JsonObject()
                .put("at", System.currentTimeMillis())
                .put("node", NodeJson.node(node, snapshot))
                .put("functions", BUSIEST.cut(NodeJson.functions(snapshot), List.of("image")))
                .put("queues", BUSIEST.cut(NodeJson.queues(snapshot), List.of("image", "key")))
                .put("peers", PeerJson.peers(node, snapshot, "", ROWS));
    }

    private void send(Buffer event, HttpServerRequest request) {
        long now = System.nanoTime();
        Long taken = streams.get(request);
        if (taken == null) {
            // It has gone meanwhile.
            return;
        }
        HttpServerResponse response = request.response();
        if (!response.writeQueueFull()) {
            streams.put(request, now);
            response.write(event);
        } else if (now - taken > untakenNanos) {
            ForcedClose.of(request.connection());
        }
    }
}
