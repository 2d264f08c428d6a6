package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.ingress.EngageCall;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, too many for each to be told of all: whoever has a call asks one that keeps the directory. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterHomesIT {
    private static final int FUNCTIONS = 16;
    private static final List<String> SETTINGS =
            List.of("cluster.fullView=1", "registry.maxMemory=4GiB", "node.rehearsalCalls=0");

    @TempDir
    Path folder;

    private final Map<String, JsonObject> byHash = new HashMap<>();
    private final Map<String, Integer> pids = new HashMap<>();

    @Test
    void callsAreWarmOnNodesThatOnlyAnotherKnowsOfAndWhenThatIsLost() throws Exception {
        Vertx vertx = Vertx.vertx();
        Ports a = Ports.free();
        Ports b = Ports.free();
        Ports c = Ports.free();
        String members = "127.0.0.1:" + a.member() + " 127.0.0.1:" + b.member() + " 127.0.0.1:" + c.member();
        try (NodeProcess first = NodeProcess.member(folder, "node-a", a, members, SETTINGS);
                NodeProcess second = NodeProcess.member(folder, "node-b", b, members, SETTINGS);
                NodeProcess third = NodeProcess.member(folder, "node-c", c, members, SETTINGS)) {
            second.awaitPeer("node-[ac]", PeerState.UP);
            second.awaitPeer("node-[ac]", PeerState.UP);
            third.awaitPeer("node-[ab]", PeerState.UP);
            third.awaitPeer("node-[ab]", PeerState.UP);
            try (NodeClient toFirst = new NodeClient(vertx, first);
                    NodeClient toSecond = new NodeClient(vertx, second);
                    NodeClient toThird = new NodeClient(vertx, third)) {
                warm(toFirst);
                awaitBetween(toSecond, toThird);
                Set<String> unknown = new HashSet<>(byHash.keySet());
                unknown.removeAll(known(toSecond));

                assertThat(unknown).as("not told of all").isNotEmpty().hasSizeLessThan(FUNCTIONS);
                unknown.forEach(hash -> assertWarmOnFirst(toSecond, hash));

                third.signal("KILL");
                second.awaitPeer("node-c", PeerState.LOST);
                first.awaitPeer("node-c", PeerState.LOST);
                byHash.keySet().forEach(hash -> assertWarmOnFirst(toSecond, hash));
            }
        } finally {
            vertx.close();
        }
    }

    /** A container of each function, on the first node. */
    private void warm(NodeClient toFirst) {
        for (int i = 0; i < FUNCTIONS; i++) {
            JsonObject document = NodeClient.document("function-" + i, 64, "report");
            EngageCall.Result result = toFirst.call(document);
            Set<String> now = known(toFirst);
            now.removeAll(byHash.keySet());
            String hash = now.iterator().next();
            byHash.put(hash, document);
            pids.put(hash, pid(result));
        }
    }

    /** Until the other two have been told of all between them. */
    private void awaitBetween(NodeClient one, NodeClient other) throws Exception {
        Set<String> told = new HashSet<>();
        for (int i = 0; i < 1_000 && !told.equals(byHash.keySet()); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
            told = known(one);
            told.addAll(known(other));
        }
        assertThat(told).isEqualTo(byHash.keySet());
    }

    /** What a node knows of the first one's queues. */
    private static Set<String> known(NodeClient client) {
        return client.status().getCluster().getMembersList().stream()
                .filter(member -> member.getNodeId().equals("node-a"))
                .flatMap(member -> member.getQueuesList().stream())
                .map(queue -> String.valueOf(queue.getHash()))
                .collect(Collectors.toSet());
    }

    private void assertWarmOnFirst(NodeClient client, String hash) {
        EngageCall.Result result = client.call(byHash.get(hash).copy().put("id", "again-" + System.nanoTime()));

        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
        assertThat(pid(result)).isEqualTo(pids.get(hash));
        assertThat(result.finished().getInitStartTime()).as("no start").isZero();
    }

    private static int pid(EngageCall.Result result) {
        return new JsonObject(result.body()).getJsonObject("process").getInteger("pid");
    }
}
