package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The container engine's HTTP interface, so that a start is timed without the command line client. Blocks. */
final class EngineApi {
    private static final int FAILURE = 400;
    private static final int NOT_FOUND = 404;

    private final HttpClient client;
    private final SocketAddress socket;

    EngineApi(Vertx vertx, String socket) {
        this.client = vertx.createHttpClient();
        this.socket = SocketAddress.domainSocketAddress(socket);
    }

    /** Where the engine listens by the environment's word. */
    static String defaultSocket() {
        String host = System.getenv("DOCKER_HOST");
        return host == null || !host.startsWith("unix://")
                ? "/var/run/docker.sock"
                : host.substring("unix://".length());
    }

    boolean answers() {
        try {
            return request(HttpMethod.GET, "/_ping", null).toString().equals("OK");
        } catch (RuntimeException e) {
            return false;
        }
    }

    JsonObject version() {
        return request(HttpMethod.GET, "/version", null).toJsonObject();
    }

    void create(String name, JsonObject container) {
        request(HttpMethod.POST, "/containers/create?name=" + name, container);
    }

    void start(String name) {
        request(HttpMethod.POST, "/containers/" + name + "/start", null);
    }

    void remove(String name) {
        request(HttpMethod.DELETE, "/containers/" + name + "?force=1&v=1", null);
    }

    /** All containers with a label, which may have a value: running, stopped or paused. */
    JsonArray list(List<String> labels) {
        String filter = new JsonObject().put("label", new JsonArray(labels)).encode();
        return request(
                        HttpMethod.GET,
                        "/containers/json?all=1&filters=" + URLEncoder.encode(filter, StandardCharsets.UTF_8),
                        null)
                .toJsonArray();
    }

    private Buffer request(HttpMethod method, String path, JsonObject body) {
        RequestOptions options = new RequestOptions()
                .setServer(socket)
                .setHost("engine")
                .setMethod(method)
                .setURI(path);
        // The body is asked for in the turn its head arrives in: this thread may be too late for that.
        return Driver.block(client.request(options)
                .compose(request -> (body == null
                                ? request.send()
                                : request.putHeader("Content-Type", "application/json")
                                        .send(body.toBuffer()))
                        .compose(response -> response.body().compose(text -> {
                            boolean fine = response.statusCode() < FAILURE
                                    || method == HttpMethod.DELETE && response.statusCode() == NOT_FOUND;
                            return fine
                                    ? Future.succeededFuture(text)
                                    : Future.failedFuture(
                                            method + " " + path + ": " + response.statusCode() + " " + text);
                        }))));
    }
}
