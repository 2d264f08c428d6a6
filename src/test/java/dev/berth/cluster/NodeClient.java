package dev.berth.cluster;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.UUID;

/** What a balancer sends to one node, of the test function. */
final class NodeClient implements AutoCloseable {
    private final EngageClient client;

    NodeClient(Vertx vertx, NodeProcess node) throws Exception {
        client = new EngageClient(vertx, node.port());
    }

    /** A document that calls of one name and memory share containers by. */
    static JsonObject document(String function, int memoryMiB, String program) {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", "berth/test-fn")
                .put("fn_id", function)
                .put("app_id", "app")
                .put("timeout", 15)
                .put("idle_timeout", 60)
                .put("memory", memoryMiB)
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(program)));
    }

    /** Opens a call; its body is still to be sent. */
    EngageCall open(JsonObject document) {
        return client.engage().tryCall(document.encode());
    }

    EngageCall open(JsonObject document, String header, String value) {
        return client.engage(header, value).tryCall(document.encode());
    }

    EngageCall.Result call(JsonObject document) {
        return open(document).data("", true).halfClose().result();
    }

    @Override
    public void close() {
        client.close();
    }
}
