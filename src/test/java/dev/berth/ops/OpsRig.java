package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.SlotKey;
import dev.berth.cluster.ClusterBoard;
import dev.berth.config.HttpConfig;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.config.MetricsConfig;
import dev.berth.config.Secret;
import dev.berth.ingress.Await;
import dev.berth.ingress.IngressCounters;
import dev.berth.logs.LogTee;
import dev.berth.ops.meter.NodeMeters;
import dev.berth.status.ColdCapacity;
import dev.berth.status.NodeFacts;
import dev.berth.why.WhyBook;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An operations port of a node that a test holds in its hands. */
final class OpsRig implements AutoCloseable {
    static final String READER = "reader-0123456789";
    static final String OPERATOR = "operator-0123456789";
    static final NodeFacts FACTS = new NodeFacts("node-7", "inc-7", "1.2.3", "docker", true);

    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setPreferNativeTransport(true));
    final List<Context> loops = List.of(loop(), loop());
    final IngressCounters counters = new IngressCounters();
    final ColdCapacity cold = new ColdCapacity();
    volatile NodeSnapshot snapshot = new NodeSnapshot(false, 1 << 30, 0, 4_000, 0, List.of());
    volatile Supplier<Future<NodeSnapshot>> registry = () -> Future.succeededFuture(snapshot);
    final NodeMeters meters = new NodeMeters(new MetricsConfig(3, null, Duration.ofMinutes(1)), "node-7");
    List<Effective> settings = List.of();

    @Nullable
    ClusterBoard cluster;

    @Nullable
    LogTee output = new LogTee();

    /** What the node has been told to do, in order. */
    final List<String> told = new CopyOnWriteArrayList<>();

    private final NodeControl control = new NodeControl() {
        @Override
        public void drain(boolean handOver) {
            told.add(handOver ? "hand over" : "drain");
        }

        @Override
        public void clear(Set<SlotKey> keys) {
            told.add("clear " + keys);
        }

        @Override
        public void logLevel(String level) {
            told.add("level " + level);
        }
    };
    /** Not the node's, whose loops a test may hold up. */
    private final Vertx clients = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    private final HttpClient client = clients.createHttpClient(
            new HttpClientOptions().setKeepAlive(false), new PoolOptions().setHttp1MaxSize(100));
    private @Nullable OperationsPort port;

    record Answer(int status, Map<String, String> headers, Buffer body) {
        JsonObject json() {
            return body.toJsonObject();
        }

        String text() {
            return body.toString();
        }
    }

    private Context loop() {
        Promise<Context> loop = Promise.promise();
        Await.of(vertx.deployVerticle(context -> {
            loop.complete(context);
            return Future.succeededFuture();
        }));
        return Await.of(loop.future());
    }

    static HttpConfig config(@Nullable String reader, @Nullable String operator, String... hosts) {
        return new HttpConfig(
                "127.0.0.1",
                9191,
                List.of(hosts),
                reader == null ? null : new Secret(reader),
                operator == null ? null : new Secret(operator),
                null);
    }

    OpsRig open() {
        return open(config(null, null), ConnectionGuard.Limits.DEFAULT);
    }

    OpsRig open(HttpConfig config) {
        return open(config, ConnectionGuard.Limits.DEFAULT);
    }

    OpsRig open(HttpConfig config, ConnectionGuard.Limits limits) {
        port = Await.of(OperationsPort.open(config, 0, view(), limits));
        return this;
    }

    NodeView view() {
        return new NodeView(
                FACTS,
                counters,
                cold,
                cluster,
                () -> registry.get(),
                loops,
                settings,
                meters,
                new WhyBook("node-7", name -> name, System::currentTimeMillis, 1 << 20, 1),
                output,
                control);
    }

    int port() {
        return port == null ? 0 : port.port();
    }

    Answer get(String path) {
        return ask(HttpMethod.GET, path, Map.of());
    }

    Answer get(String path, Map<String, String> headers) {
        return ask(HttpMethod.GET, path, headers);
    }

    Answer ask(HttpMethod method, String path, Map<String, String> headers) {
        return Await.of(asking(method, path, headers));
    }

    Future<Answer> asking(HttpMethod method, String path, Map<String, String> headers) {
        RequestOptions options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(port())
                .setMethod(method)
                .setURI(path);
        headers.forEach(options::putHeader);
        return client.request(options)
                .compose(request -> request.send()
                        .compose(response -> response.body()
                                .map(body -> new Answer(
                                        response.statusCode(),
                                        Map.copyOf(lowerCase(response.headers().entries())),
                                        body))));
    }

    private static Map<String, String> lowerCase(List<Map.Entry<String, String>> entries) {
        Map<String, String> headers = new HashMap<>();
        entries.forEach(entry -> headers.put(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue()));
        return headers;
    }

    /** Sends bytes as they are; what comes until the server closes the connection. */
    String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return rest(socket);
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    static String rest(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        if (port != null) {
            Await.of(port.close());
        }
        meters.close();
        Await.of(client.close());
        Await.of(clients.close());
        Await.of(vertx.close());
    }
}
