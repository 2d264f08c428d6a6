package dev.berth.cli;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An operations port that answers what a test wants. */
final class FakeOperations {
    private final HttpServer server;
    private final Map<String, Consumer<HttpServerRequest>> answers = new ConcurrentHashMap<>();
    /** Methods, paths, queries and tokens that were asked for. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    FakeOperations(Vertx vertx) throws Exception {
        server = Blocking.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    String token = request.getHeader("Authorization");
                    asked.add(request.method() + " " + request.uri() + (token == null ? "" : " " + token));
                    answers.getOrDefault(
                                    request.path(),
                                    any -> any.response().setStatusCode(404).end("{\"message\":\"none\"}"))
                            .accept(request);
                })
                .listen(0, "127.0.0.1"));
    }

    FakeOperations answer(String path, int status, JsonObject body) {
        return on(path, request -> request.response().setStatusCode(status).end(body.toBuffer()));
    }

    FakeOperations on(String path, Consumer<HttpServerRequest> answer) {
        answers.put(path, answer);
        return this;
    }

    String address() {
        return "127.0.0.1:" + server.actualPort();
    }

    /** As a runner that has ended. */
    void end() {
        server.close();
    }
}
