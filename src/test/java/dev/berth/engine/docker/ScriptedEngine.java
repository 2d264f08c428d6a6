package dev.berth.engine.docker;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers like an engine on a Unix socket, as a test says; for faults that a real engine does not have on
 * demand. Later rules come before earlier ones. Of a real engine it has only the greetings.
 */
final class ScriptedEngine implements AutoCloseable {
    private static final Pattern VERSIONED = Pattern.compile("/v(1\\.\\d+)");

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<String> versions = new ConcurrentSkipListSet<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Path socket;
    private final HttpServer server;
    private final OnContext context;

    private record Rule(String pattern, Handler<HttpServerRequest> answer) {}

    ScriptedEngine(Vertx vertx, Path folder) {
        context = new OnContext(vertx);
        socket = folder.resolve("engine.sock");
        server = vertx.createHttpServer().requestHandler(this::answer);
        on(
                "GET /_ping",
                request -> request.response().putHeader("Api-Version", "1.41").end("OK"));
        on("GET /version", json(200, "{\"Version\":\"20.10.24\",\"Components\":[{\"Name\":\"Engine\"}]}"));
        on("GET /info", json(200, "{\"ServerVersion\":\"20.10.24\",\"CgroupVersion\":\"2\"}"));
        context.await(() -> server.listen(SocketAddress.domainSocketAddress(socket.toString())));
    }

    String address() {
        return "unix://" + socket;
    }

    /** {@code pattern} is of method and path, without the API version and the query. */
    ScriptedEngine on(String pattern, Handler<HttpServerRequest> answer) {
        rules.add(0, new Rule(pattern, answer));
        return this;
    }

    /** Method, path and query of all requests so far whose method and path match. */
    List<String> requests(String pattern) {
        return requests.stream()
                .filter(request -> request.split("\\?", 2)[0].matches(pattern))
                .toList();
    }

    /** The versions of the API that requests were of, in order; empty: of none. */
    Set<String> versions() {
        return versions;
    }

    static Handler<HttpServerRequest> json(int status, String body) {
        return request -> request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body);
    }

    static Handler<HttpServerRequest> error(int status, String message) {
        return json(status, "{\"message\":\"" + message + "\"}");
    }

    static Handler<HttpServerRequest> silence() {
        return request -> {};
    }

    static Handler<HttpServerRequest> hangUp() {
        return request -> request.connection().close();
    }

    private void answer(HttpServerRequest request) {
        Matcher versioned = VERSIONED.matcher(request.uri());
        boolean named = versioned.lookingAt();
        versions.add(named ? versioned.group(1) : "");
        String uri = named ? request.uri().substring(versioned.end()) : request.uri();
        String asked = request.method() + " " + uri.split("\\?", 2)[0];
        requests.add(request.method() + " " + uri);
        rules.stream()
                .filter(rule -> asked.matches(rule.pattern()))
                .findFirst()
                .map(Rule::answer)
                .orElse(error(501, "not in the script: " + asked))
                .handle(request);
    }

    @Override
    public void close() {
        context.await(server::close);
    }
}
