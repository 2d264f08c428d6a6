package dev.berth.cluster;

import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.UnaryClient;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.UUID;

/** What a balancer sends to one node, of the test function. */
public final class NodeClient implements AutoCloseable {
    private final EngageClient client;
    private volatile boolean goingAway;

    public NodeClient(Vertx vertx, NodeProcess node) throws Exception {
        client = new EngageClient(vertx, node.port());
        client.connection.goAwayHandler(told -> goingAway = true);
    }

    /** A document that calls of one name and memory share containers by. */
    public static JsonObject document(String function, int memoryMiB, String program) {
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
    public EngageCall open(JsonObject document) {
        return client.engage().tryCall(document.encode());
    }

    public EngageCall open(JsonObject document, String header, String value) {
        return client.engage(header, value).tryCall(document.encode());
    }

    /** Sends a whole call without waiting for anything. */
    public Future<EngageCall> start(JsonObject document, String timeout, byte[] body) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("grpc-timeout", timeout);
        return client.open(EngageClient.ENGAGE, headers)
                .map(call -> call.tryCall(document.encode()).data(body, true).halfClose());
    }

    public EngageCall.Result call(JsonObject document) {
        return open(document).data("", true).halfClose().result();
    }

    /** Whether the node has asked for no more streams on this connection. */
    boolean goingAway() {
        return goingAway;
    }

    /** What the node says of itself and of the cluster. */
    public RunnerStatus status() {
        EngageCall.Result result = new UnaryClient(client)
                .call(
                        "/RunnerProtocol/Status",
                        Empty.getDefaultInstance(),
                        MultiMap.caseInsensitiveMultiMap().add("berth-cluster", "1"));
        try {
            return RunnerStatus.parseFrom(result.payloads().get(0).getBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
