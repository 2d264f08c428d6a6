package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
                        asked -> told(asked, snapshot -> NodeJson.node(node, snapshot))),
                rows(
                        "/api/functions",
                        "Containers and waiting calls by image.",
                        FUNCTION_TEXTS,
                        COUNTS,
                        asked -> page ->
                                told(asked, snapshot -> page.cut(NodeJson.functions(snapshot), FUNCTION_TEXTS))),
                rows(
                        "/api/queues",
                        "Containers and waiting calls by slot queue: what can share a container.",
                        QUEUE_TEXTS,
                        COUNTS,
                        asked -> page -> told(asked, snapshot -> page.cut(NodeJson.queues(snapshot), QUEUE_TEXTS))),
                rows(
                        "/api/containers",
                        "Every container: whose it is, its state and for how long, what is reserved for it.",
                        CONTAINER_TEXTS,
                        CONTAINER_NUMBERS,
                        asked -> page -> Answers.json(
                                asked.response(), 200, page.cut(NodeJson.containers(node), CONTAINER_TEXTS))),
                rows(
                        "/api/settings",
                        "Every setting, its value and where that comes from; secrets are hidden.",
                        SETTING_TEXTS,
                        List.of(),
                        asked -> page ->
                                Answers.json(asked.response(), 200, page.cut(NodeJson.settings(node), SETTING_TEXTS))),
                Endpoint.get(
                        "/api/peers",
                        Role.READER,
                        "The nodes of the cluster as this one sees them; none if it stands alone.",
                        asked -> Answers.json(
                                asked.response(), 200, new JsonObject().put("peers", NodeJson.peers(node)))));
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
                                "limit", "integer", "Most rows, 1 to " + RowPage.MOST + "; usually 100."));
    }

    private void told(RoutingContext asked, Function<NodeSnapshot, JsonObject> answer) {
        HttpServerResponse response = asked.response();
        feed.snapshot()
                .onSuccess(snapshot -> Answers.json(response, 200, answer.apply(snapshot)))
                .onFailure(silent -> Answers.message(response, 503, "the slot registry does not answer"));
    }

    /** The document of all endpoints, these among them. */
    static Endpoint document(List<Endpoint> all, String version) {
        return Endpoint.get(
                "/api/openapi.json",
                Role.ANYBODY,
                "This document.",
                asked -> Answers.json(asked.response(), 200, openApi(all, version)));
    }

    private static JsonObject openApi(List<Endpoint> all, String version) {
        JsonObject paths = new JsonObject();
        for (Endpoint endpoint : all) {
            JsonObject operation = new JsonObject()
                    .put("summary", endpoint.summary())
                    .put("parameters", parameters(endpoint))
                    .put("responses", responses(endpoint));
            if (endpoint.role() == Role.ANYBODY) {
                operation.put("security", new JsonArray());
            }
            JsonObject path = paths.getJsonObject(endpoint.path(), new JsonObject());
            paths.put(endpoint.path(), path.put(endpoint.method().name().toLowerCase(Locale.ROOT), operation));
        }
        return new JsonObject()
                .put("openapi", "3.1.0")
                .put("info", new JsonObject().put("title", "Berth operations").put("version", version))
                .put("paths", paths)
                .put(
                        "components",
                        new JsonObject()
                                .put(
                                        "securitySchemes",
                                        new JsonObject()
                                                .put(
                                                        "token",
                                                        new JsonObject()
                                                                .put("type", "http")
                                                                .put("scheme", "bearer"))))
                .put("security", new JsonArray().add(new JsonObject().put("token", new JsonArray())));
    }

    private static JsonObject responses(Endpoint endpoint) {
        JsonObject responses = new JsonObject();
        if (endpoint.role() == Role.OPERATOR) {
            responses
                    .put("202", text("Asked once: what would be done, and the nonce to have it done."))
                    .put("200", text("Asked twice: done."))
                    .put("409", text("It cannot be done now, or the nonce is not one for this."));
        } else {
            responses.put("200", text("OK"));
        }
        return endpoint.role() == Role.ANYBODY
                ? responses
                : responses.put("401", text("A token is needed.")).put("403", text("The token is not enough."));
    }

    private static JsonObject text(String description) {
        return new JsonObject().put("description", description);
    }

    private static JsonArray parameters(Endpoint endpoint) {
        JsonArray parameters = new JsonArray();
        for (String name : endpoint.pathParameters()) {
            parameters.add(new JsonObject()
                    .put("name", name)
                    .put("in", "path")
                    .put("required", true)
                    .put("schema", new JsonObject().put("type", "string")));
        }
        for (Endpoint.Parameter parameter : endpoint.parameters()) {
            parameters.add(new JsonObject()
                    .put("name", parameter.name())
                    .put("in", "query")
                    .put("description", parameter.text())
                    .put("schema", new JsonObject().put("type", parameter.type())));
        }
        return parameters;
    }
}
