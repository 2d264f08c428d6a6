package dev.berth.ops;

import dev.berth.why.CallRecord;
import dev.berth.why.WhyJson;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Why calls went as they did. Records are looked through on a worker thread, one request after the other. */
final class CallPages {
    private static final int MAX_ID = 200;
    private static final List<String> COLUMNS = List.of("at");

    private final Vertx vertx;
    private final NodeView node;

    CallPages(Vertx vertx, NodeView node) {
        this.vertx = vertx;
        this.node = node;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                                "/api/calls",
                                Role.READER,
                                "The newest calls that are worth a look: they failed, had to wait, or were slow.",
                                this::newest)
                        .with(new Endpoint.Parameter(
                                "limit", "integer", "Most rows, 1 to " + RowPage.MOST + "; usually 100."))
                        .answering("Calls")
                        .or(400, "The query cannot be understood."),
                Endpoint.get(
                                "/api/calls/{id}",
                                Role.READER,
                                "Why a call went as it did, by its id; 404 with the reason if nothing is kept of it.",
                                this::one)
                        .answering("Calls")
                        .or(400, "The id is too long.")
                        .or(404, "Nothing is kept of it, and why."));
    }

    private void newest(RoutingContext asked) {
        int most;
        try {
            most = RowPage.of(asked.queryParams(), COLUMNS).limit();
        } catch (RowPage.BadQuery bad) {
            Answers.message(asked.response(), 400, bad.text);
            return;
        }
        vertx.executeBlocking(() -> calls(node.why().newest(0, most, false)))
                .onSuccess(calls -> Answers.json(asked.response(), 200, calls));
    }

    private void one(RoutingContext asked) {
        String id = asked.pathParam("id");
        if (id.length() > MAX_ID) {
            Answers.message(asked.response(), 400, "an id has at most " + MAX_ID + " characters here");
            return;
        }
        vertx.executeBlocking(() -> {
                    List<CallRecord> found = node.why().find(id);
                    return found.isEmpty()
                            ? new JsonObject().put("message", node.why().miss())
                            : calls(found);
                })
                .onSuccess(told -> Answers.json(asked.response(), told.containsKey("calls") ? 200 : 404, told));
    }

    private static JsonObject calls(List<CallRecord> records) {
        return new JsonObject()
                .put("calls", new JsonArray(records.stream().map(WhyJson::of).toList()));
    }
}
