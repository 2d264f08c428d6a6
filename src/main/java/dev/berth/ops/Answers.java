package dev.berth.ops;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** The form of every answer of the operations port. */
final class Answers {
    static final String JSON = "application/json";

    /** No browser may take an answer for a page of another kind, keep it, or show it within another page. */
    private static final Map<String, String> SECURITY = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
                    + " trusted-types 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Cache-Control",
            "no-store",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin");

    private Answers() {}

    static void secure(HttpServerResponse response) {
        SECURITY.forEach(response::putHeader);
    }

    static Future<Void> json(HttpServerResponse response, int status, JsonObject body) {
        return send(response, status, JSON, body.toBuffer());
    }

    static Future<Void> send(HttpServerResponse response, int status, String type, Buffer body) {
        if (response.ended() || response.closed()) {
            return Future.succeededFuture();
        }
        return response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                .end(body);
    }

    /** Why there is no other answer, in the form of Fn's. */
    static Future<Void> message(HttpServerResponse response, int status, String text) {
        return json(response, status, new JsonObject().put("message", text));
    }
}
