package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The state of the node as JSON. Confined to one context. */
final class ApiPages {
    private static final List<String> COUNTS =
            List.of("busy", "idle", "frozen", "starting", "waiting", "serviceMillis", "startMillis");
    private static final List<String> QUEUE_TEXTS = List.of("image", "key");
    private static final List<String> FUNCTION_TEXTS = List.of("image");
    private static final List<String> CONTAINER_TEXTS = List.of("id", "image", "app", "fn", "key", "state");
    private static final List<String> CONTAINER_NUMBERS = List.of("forMillis", "memoryBytes", "cpuMillis");
    private static final List<String> SETTING_TEXTS = List.of("key", "value", "source");

    private static final String BAD_QUERY = "The query cannot be understood.";
    private static final String SILENT = "The slot registry does not answer.";

    private final NodeView node;
    private final NodeFeed feed;

    ApiPages(NodeView node, NodeFeed feed) {
        this.node = node;
        this.feed = feed;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                                "/api/node",
                                Role.READER,
                                "The node: what it is, its calls, capacity and containers.",
                                asked -> told(asked, snapshot -> NodeJson.node(node, snapshot)))
                        .answering("Node")
                        .or(503, SILENT),
                rows(
                                "/api/functions",
                                "Containers and waiting calls by image.",
                                FUNCTION_TEXTS,
                                COUNTS,
                                asked -> page ->
                                        told(asked, snapshot -> page.cut(NodeJson.functions(snapshot), FUNCTION_TEXTS)))
                        .answering("FunctionTable")
                        .or(503, SILENT),
                rows(
                                "/api/queues",
                                "Containers and waiting calls by slot queue: what can share a container.",
                                QUEUE_TEXTS,
                                COUNTS,
                                asked -> page ->
                                        told(asked, snapshot -> page.cut(NodeJson.queues(snapshot), QUEUE_TEXTS)))
                        .answering("QueueTable")
                        .or(503, SILENT),
                rows(
                                "/api/containers",
                                "Every container: whose it is, its state and for how long, what is reserved for it.",
                                CONTAINER_TEXTS,
                                CONTAINER_NUMBERS,
                                asked -> page -> Answers.json(
                                        asked.response(), 200, page.cut(NodeJson.containers(node), CONTAINER_TEXTS)))
                        .answering("ContainerTable"),
                rows(
                                "/api/settings",
                                "Every setting, its value and where that comes from; secrets are hidden.",
                                SETTING_TEXTS,
                                List.of(),
                                asked -> page -> Answers.json(
                                        asked.response(), 200, page.cut(NodeJson.settings(node), SETTING_TEXTS)))
                        .answering("SettingTable"),
                Endpoint.get(
                                "/api/peers",
                                Role.READER,
                                "The nodes of the cluster as this one sees them, with the sums of their slots and their"
                                        + " busiest slot queues; none if it stands alone.",
                                this::peers)
                        .with(
                                new Endpoint.Parameter(
                                        "node", "string", "Only nodes of this name or this incarnation."),
                                new Endpoint.Parameter(
                                        "limit",
                                        "integer",
                                        "Most slot queues, of all nodes together, an equal share of each; 0 to "
                                                + PeerJson.MOST_QUEUES + ", usually that."))
                        .answering("Peers")
                        .or(400, BAD_QUERY));
    }

    private void peers(RoutingContext asked) {
        try {
            String only = RowPage.text(asked.queryParams(), "node");
            int most = RowPage.number(asked.queryParams(), "limit", PeerJson.MOST_QUEUES, 0, PeerJson.MOST_QUEUES);
            // What is known of the others does not depend on this node's registry.
            feed.snapshot()
                    .onComplete(told -> Answers.json(
                            asked.response(),
                            200,
                            new JsonObject().put("peers", PeerJson.peers(node, told.result(), only, most))));
        } catch (RowPage.BadQuery bad) {
            Answers.message(asked.response(), 400, bad.text);
        }
    }

    private static Endpoint rows(
            String path,
            String summary,
            List<String> texts,
            List<String> numbers,
            Function<RoutingContext, Consumer<RowPage>> answer) {
        List<String> columns = new ArrayList<>(numbers);
        columns.addAll(texts);
        return Endpoint.get(path, Role.READER, summary, asked -> {
                    try {
                        answer.apply(asked).accept(RowPage.of(asked.queryParams(), columns));
                    } catch (RowPage.BadQuery bad) {
                        Answers.message(asked.response(), 400, bad.text);
                    }
                })
                .with(
                        new Endpoint.Parameter("filter", "string", "Only rows that contain this text."),
                        new Endpoint.Parameter("sort", "string", "One of " + String.join(", ", columns) + "."),
                        new Endpoint.Parameter("offset", "integer", "Rows to leave out at the beginning."),
                        new Endpoint.Parameter(
                                "limit", "integer", "Most rows, 1 to " + RowPage.MOST + "; usually 100."))
                .or(400, BAD_QUERY);
    }

    private void told(RoutingContext asked, Function<NodeSnapshot, JsonObject> answer) {
        HttpServerResponse response = asked.response();
        feed.snapshot()
                .onSuccess(snapshot -> Answers.json(response, 200, answer.apply(snapshot)))
                .onFailure(silent -> Answers.message(response, 503, "the slot registry does not answer"));
    }
}
