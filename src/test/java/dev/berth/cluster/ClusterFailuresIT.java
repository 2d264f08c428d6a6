package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that die, stop and leave while calls run across them. Each execution is written down, and none is seen twice. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterFailuresIT {
    private static final int SMALL_MIB = 64;
    /** More than a node of little memory has. */
    private static final int BIG_MIB = 300;

    private static final int SENDERS = 32;
    private static final int ROLLING_CALLS = 3_000;
    private static final int CALLS_BETWEEN = 500;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, Ports> ports = new HashMap<>();
    private Path history;

    @BeforeEach
    void begin() {
        history = folder.resolve("history");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        vertx.close();
    }

    private NodeProcess node(String name, String memory) throws Exception {
        StringBuilder members = new StringBuilder();
        ports.values().forEach(each -> members.append(" 127.0.0.1:").append(each.member()));
        NodeProcess node = NodeProcess.member(
                folder,
                name,
                ports.get(name),
                members.toString(),
                List.of("node.rehearsalCalls=0", "registry.maxMemory=" + memory));
        open.add(0, node);
        return node;
    }

    private void ports(String... names) throws Exception {
        for (String name : names) {
            ports.put(name, Ports.free());
        }
    }

    private NodeClient client(NodeProcess node) throws Exception {
        NodeClient client = new NodeClient(vertx, node);
        open.add(0, client);
        return client;
    }

    /** A call that writes its id down when it is run. */
    private JsonObject call(int memoryMiB, String program) {
        JsonObject document = NodeClient.document("fn", memoryMiB, "");
        String steps = "read; append " + history + " " + document.getString("id") + "; " + program;
        document.getJsonObject("headers").getJsonArray("X-Do").set(0, steps);
        return document;
    }

    private List<String> history() throws Exception {
        return Files.exists(history) ? Files.readAllLines(history) : List.of();
    }

    private void awaitExecutions(int count) throws Exception {
        for (int i = 0; i < 3_000 && history().size() < count; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(history()).hasSizeGreaterThanOrEqualTo(count);
    }

    @Test
    void ownersDeathEndsItsCallsOnceAndLaterOnesSucceed() throws Exception {
        ports("node-a", "node-b");
        NodeProcess first = node("node-a", "256MiB");
        NodeProcess second = node("node-b", "1GiB");
        first.awaitPeer("node-b", PeerState.UP);
        NodeClient client = client(first);
        EngageCall running = client.open(call(BIG_MIB, "sleep 60000")).data("", true);
        awaitExecutions(1);

        second.signal("KILL");

        assertThat(running.result().finished().getErrorCode()).isEqualTo(ErrorCode.PEER_LOST.wire());
        EngageCall.Result later = client.call(call(SMALL_MIB, "send ok"));
        assertThat(later.finished().getSuccess()).as(later.toString()).isTrue();
        assertThat(history()).doesNotHaveDuplicates().hasSize(2);

        // And the name may come back, and is used again.
        node("node-b", "1GiB");
        first.awaitPeer("node-b", PeerState.UP);
        assertThat(client.call(call(BIG_MIB, "send ok")).finished().getSuccess())
                .isTrue();
    }

    @Test
    void ingressesDeathFreesTheSlotsItHeld() throws Exception {
        ports("node-a", "node-b");
        NodeProcess first = node("node-a", "256MiB");
        NodeProcess second = node("node-b", "400MiB");
        first.awaitPeer("node-b", PeerState.UP);
        second.awaitPeer("node-a", PeerState.UP);
        client(first).open(call(BIG_MIB, "sleep 60000")).data("", true).future();
        awaitExecutions(1);

        first.signal("KILL");

        // There is room for one, which the call of the dead ingress has until it is cancelled.
        EngageCall.Result next = client(second).call(call(BIG_MIB, "send ok"));
        assertThat(next.finished().getSuccess()).as(next.toString()).isTrue();
        assertThat(history()).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void stoppedOwnersCallsEndAndAreNotRunAgainWhenItGoesOn() throws Exception {
        ports("node-a", "node-b");
        NodeProcess first = node("node-a", "1GiB");
        NodeProcess second = node("node-b", "1GiB");
        first.awaitPeer("node-b", PeerState.UP);
        second.awaitPeer("node-a", PeerState.UP);
        // Warm on the second only.
        client(second).call(call(BIG_MIB, "send warm"));
        NodeClient client = client(first);

        second.signal("STOP");
        List<Future<EngageCall.Result>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(client.open(call(BIG_MIB, "send ok")).data("", true).future());
        }
        first.awaitPeer("node-b", PeerState.LOST);
        second.signal("CONT");
        first.awaitPeer("node-b", PeerState.UP);

        for (Future<EngageCall.Result> each : calls) {
            EngageCall.Result result = dev.berth.ingress.Await.of(each);
            boolean lost = result.finished().getErrorCode() == ErrorCode.PEER_LOST.wire();
            assertThat(result.finished().getSuccess() || lost)
                    .as(result.toString())
                    .isTrue();
        }
        assertThat(client.call(call(BIG_MIB, "send ok")).finished().getSuccess())
                .isTrue();
        assertThat(history()).doesNotHaveDuplicates();
    }

    @Test
    void nodesRestartedInTurnFailNoCall() throws Exception {
        ports("node-a", "node-b", "node-c");
        Map<String, NodeProcess> nodes = new HashMap<>();
        for (String name : List.of("node-a", "node-b", "node-c")) {
            nodes.put(name, node(name, "512MiB"));
        }
        nodes.get("node-a").awaitPeer("node-c", PeerState.UP);
        Balancer balancer = new Balancer(vertx);
        for (NodeProcess node : nodes.values()) {
            balancer.add(node);
        }
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(balancer.send(() -> call(SMALL_MIB, "sleep 5; send ok")));
        }
        for (String name : List.of("node-a", "node-b", "node-c")) {
            NodeProcess old = nodes.get(name);
            balancer.awaitSuccesses(balancer.succeeded() + CALLS_BETWEEN);
            old.signal("TERM");
            assertThat(old.exitCode()).isZero();
            balancer.remove(old);
            NodeProcess successor = node(name, "512MiB");
            successor.port();
            successor.await("to=\"UP");
            successor.await("to=\"UP");
            balancer.add(successor);
        }
        balancer.awaitSuccesses(ROLLING_CALLS);
        balancer.stop();
        for (Thread sender : senders) {
            sender.join();
        }

        assertThat(balancer.failures()).isEmpty();
        assertThat(history()).doesNotHaveDuplicates().hasSize(balancer.succeeded());
        balancer.close();
    }
}
