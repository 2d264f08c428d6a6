package dev.berth.ops;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/** Fn's greeting and version, and whether the node lives and takes calls. */
final class HealthPages {
    private static final JsonObject HELLO =
            new JsonObject().put("goto", "https://github.com/fnproject/fn").put("hello", "world!");

    private final NodeView node;
    private final LoopWatch loops;

    HealthPages(NodeView node, LoopWatch loops) {
        this.node = node;
        this.loops = loops;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/", Role.ANYBODY, "Fn's greeting; says nothing of the node.", this::hello)
                        .answering("Hello"),
                Endpoint.get(
                                "/healthz",
                                Role.ANYBODY,
                                "Whether the process lives: 200, or 503 when an event loop stands still and only a new start"
                                        + " helps.",
                                this::health)
                        .answering("Health")
                        .or(503, "An event loop stands still."),
                Endpoint.get(
                                "/readyz",
                                Role.ANYBODY,
                                "Whether the node takes calls and can start containers: 200, or 503 with the reasons.",
                                this::ready)
                        .answering("Readiness")
                        .or(503, "It does not, or cannot."),
                Endpoint.get("/version", Role.ANYBODY, "The runner's version.", this::version)
                        .answering("Version"));
    }

    /** A person is led to the console. */
    private void hello(RoutingContext asked) {
        String accept = asked.request().getHeader(HttpHeaders.ACCEPT);
        if (accept != null && accept.contains("text/html")) {
            asked.response()
                    .setStatusCode(302)
                    .putHeader(HttpHeaders.LOCATION, "/console/")
                    .end();
            return;
        }
        Answers.json(asked.response(), 200, HELLO);
    }

    private void version(RoutingContext asked) {
        Answers.json(
                asked.response(),
                200,
                new JsonObject().put("version", node.facts().version()));
    }

    /** A new start would not mend an engine that is silent, so that is told here and counts in {@link #ready} only. */
    private void health(RoutingContext asked) {
        int stopped = loops.stopped();
        JsonObject health = new JsonObject()
                .put("healthy", stopped == 0)
                .put("loopsStopped", stopped)
                .put("engine", node.facts().engine())
                .put("engineAnswers", node.cold().there());
        Answers.json(asked.response(), stopped == 0 ? 200 : 503, health);
    }

    private void ready(RoutingContext asked) {
        List<String> reasons = unreadyBecause();
        JsonObject ready = new JsonObject().put("ready", reasons.isEmpty()).put("reasons", new JsonArray(reasons));
        Answers.json(asked.response(), reasons.isEmpty() ? 200 : 503, ready);
    }

    /** On any thread. */
    boolean isReady() {
        return unreadyBecause().isEmpty();
    }

    private List<String> unreadyBecause() {
        List<String> reasons = new ArrayList<>();
        if (node.counters().draining()) {
            reasons.add("draining");
        }
        if (node.cluster() != null && !node.cluster().ready()) {
            reasons.add("fewer nodes than cluster.leastMembers");
        }
        if (!node.cold().there()) {
            reasons.add("container engine is not answering");
        }
        if (loops.stopped() > 0) {
            reasons.add("event loops stand still");
        }
        return reasons;
    }
}
