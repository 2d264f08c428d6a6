package dev.berth.conformance;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.UUID;

/** A call document as a balancer writes it; calls of equal ones share a container. */
final class CallDoc {
    static final String TEST_FUNCTION = "berth/test-fn";
    static final int MEMORY_MIB = 96;

    private final JsonObject json;

    private CallDoc(JsonObject json) {
        this.json = json;
    }

    /** A call of the test function with a program of steps. */
    static CallDoc of(String program) {
        CallDoc doc = new CallDoc(new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", TEST_FUNCTION)
                .put("timeout", 15)
                .put("idle_timeout", 2)
                .put("memory", MEMORY_MIB));
        return program.isEmpty() ? doc : doc.header("X-Do", program);
    }

    CallDoc with(String key, Object value) {
        return new CallDoc(json.copy().put(key, value));
    }

    CallDoc without(String key) {
        JsonObject less = json.copy();
        less.remove(key);
        return new CallDoc(less);
    }

    CallDoc config(String key, String value) {
        JsonObject config = json.getJsonObject("config", new JsonObject());
        return with("config", config.copy().put(key, value));
    }

    CallDoc header(String name, String... values) {
        JsonObject headers = json.getJsonObject("headers", new JsonObject());
        return with("headers", headers.copy().put(name, new JsonArray(java.util.List.of(values))));
    }

    String id() {
        return json.getString("id");
    }

    String text() {
        return json.encode();
    }
}
