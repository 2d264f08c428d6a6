package dev.berth.engine.docker;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to the engine.
 *
 * @param verb what it does, for logs and metrics: {@code create_container}
 * @param path path and query, without the API version
 * @param json the body; null: none
 * @param headers besides Host and the body's type
 * @param limit until the whole answer is here; for a streamed answer, until its head is here
 */
record EngineRequest(
        String verb,
        HttpMethod method,
        String path,
        @Nullable Buffer json,
        Map<String, String> headers,
        Duration limit) {

    static EngineRequest get(String verb, String path, Duration limit) {
        return new EngineRequest(verb, HttpMethod.GET, path, null, Map.of(), limit);
    }

    static EngineRequest post(String verb, String path, Duration limit) {
        return new EngineRequest(verb, HttpMethod.POST, path, null, Map.of(), limit);
    }

    static EngineRequest delete(String verb, String path, Duration limit) {
        return new EngineRequest(verb, HttpMethod.DELETE, path, null, Map.of(), limit);
    }

    EngineRequest withJson(Buffer body) {
        return new EngineRequest(verb, method, path, body, headers, limit);
    }

    EngineRequest withHeaders(Map<String, String> more) {
        return new EngineRequest(verb, method, path, json, Map.copyOf(more), limit);
    }
}
