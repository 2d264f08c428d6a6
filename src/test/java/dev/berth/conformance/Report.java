package dev.berth.conformance;

import dev.berth.ingress.EngageCall;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What the test function reports of its call. */
record Report(JsonObject json) {
    static Report of(EngageCall.Result result) {
        if (!result.finished().getSuccess()) {
            throw new AssertionError(result.finished());
        }
        return new Report(new JsonObject(result.body()));
    }

    String request(String key) {
        return json.getJsonObject("request").getString(key);
    }

    /** The values of a header of the request, in their order. */
    List<String> headers(String name) {
        return json.getJsonObject("request").getJsonArray("headers").stream()
                .map(JsonArray.class::cast)
                .filter(header -> header.getString(0).equalsIgnoreCase(name))
                .map(header -> header.getString(1))
                .toList();
    }

    String environment(String name) {
        return json.getJsonObject("env").getString(name);
    }

    JsonObject body() {
        return json.getJsonObject("body");
    }
}
