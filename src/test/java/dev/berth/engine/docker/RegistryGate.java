package dev.berth.engine.docker;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Stands before a registry that is read from: keeps a list of what is asked, and asks for a bearer token if it is given one. */
final class RegistryGate implements AutoCloseable {
    private final OnContext context;
    private final HttpServer server;
    private final HttpClient client;
    private final int registry;
    private final @Nullable String token;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    RegistryGate(Vertx vertx, int registry, @Nullable String token) {
        this.context = new OnContext(vertx);
        this.registry = registry;
        this.token = token;
        this.client = vertx.createHttpClient();
        this.server = vertx.createHttpServer().requestHandler(this::pass);
        context.await(() -> server.listen(0, "127.0.0.1"));
    }

    String host() {
        return "127.0.0.1:" + server.actualPort();
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    private void pass(HttpServerRequest request) {
        requests.add(request.method() + " " + request.uri());
        if (token != null && !("Bearer " + token).equals(request.getHeader("Authorization"))) {
            request.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Bearer realm=\"http://127.0.0.1:1/token\",service=\"test\"")
                    .end();
            return;
        }
        client.request(request.method(), registry, "127.0.0.1", request.uri())
                .compose(sent -> {
                    request.headers().forEach((name, value) -> {
                        if (!name.equalsIgnoreCase("Authorization")) {
                            sent.putHeader(name, value);
                        }
                    });
                    return sent.send();
                })
                .compose(answer -> back(request, answer))
                .onFailure(cause -> request.response().setStatusCode(502).end());
    }

    private static Future<Void> back(HttpServerRequest request, HttpClientResponse answer) {
        request.response().setStatusCode(answer.statusCode());
        request.response().headers().addAll(answer.headers());
        return answer.pipeTo(request.response());
    }

    @Override
    public void close() {
        context.await(server::close);
        context.await(client::close);
    }
}
