package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.NodeSnapshot.Queue;
import dev.berth.call.SlotKey;
import dev.berth.cluster.ClusterReport;
import dev.berth.cluster.ClusterReport.Node;
import dev.berth.cluster.Member;
import dev.berth.cluster.PeerState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PeerJsonTest {
    private static final SlotKey KEY = new SlotKey(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    private static final NodeSnapshot OWN = new NodeSnapshot(
            false, 1L << 30, 0, 4_000, 0, List.of(new Queue(KEY, "team/thumb", 3, 2, 1, 1, 4, 5, 6, 0, 1, 1)));

    private static Node node(String id, @Nullable PeerState state, @Nullable Duration age, List<Entry> queues) {
        return new Node(new Member("inc-" + id, id, "10.0.0.1", 9192, 1, "1", 0), state, false, age, 1, 2, 500, queues);
    }

    private static Entry entry(long hash, int idle, int busy) {
        return new Entry(hash, idle, busy, 0, 0, 0, 0);
    }

    private static ClusterReport report(Node... nodes) {
        return new ClusterReport(List.of(nodes), Map.of());
    }

    private static JsonArray told(ClusterReport report, @Nullable NodeSnapshot own, String only, int queues) {
        JsonArray peers = PeerJson.peers(report, own, only, queues);
        Schemas.assertValid(
                "Peers", new JsonObject(new JsonObject().put("peers", peers).encode()));
        return peers;
    }

    @Test
    void eachNodeTellsTheSumsOfItsSlotsAndItsBusiestQueues() {
        Node other = node(
                "b",
                PeerState.UP,
                Duration.ofMillis(30),
                List.of(entry(7, 9, 0), entry(KEY.hash64(), 1, 2), new Entry(9, 0, 0, 1, 5, 0, 0)));

        JsonArray peers = told(report(node("a", null, Duration.ZERO, List.of()), other), OWN, "", 4);

        assertThat(peers.getJsonObject(0).getJsonObject("slots"))
                .isEqualTo(new JsonObject("{\"queues\":1,\"busy\":1,\"idle\":3,\"starting\":1,\"waiting\":4}"));
        assertThat(peers.getJsonObject(1).getJsonObject("slots"))
                .isEqualTo(new JsonObject("{\"queues\":3,\"busy\":2,\"idle\":10,\"starting\":1,\"waiting\":5}"));
        assertThat(peers.getJsonObject(1).getJsonArray("queues"))
                .isEqualTo(new JsonArray(
                        "[{\"key\":\"0000000000000009\",\"busy\":0,\"idle\":0,\"starting\":1,\"waiting\":5},"
                                + "{\"key\":\"" + HexFormat.of().toHexDigits(KEY.hash64())
                                + "\",\"image\":\"team/thumb\",\"busy\":2,\"idle\":1,\"starting\":0,\"waiting\":0}]"));
    }

    @Test
    void ofAHundredNodesWithTenThousandQueuesNoMoreIsListedThanIsBounded() {
        List<Entry> many =
                LongStream.range(0, 10_000).mapToObj(hash -> entry(hash, 1, 0)).toList();
        List<Node> nodes = new ArrayList<>(List.of(node("self", null, null, List.of())));
        for (int i = 0; i < 100; i++) {
            nodes.add(node("n" + i, PeerState.UP, Duration.ZERO, many));
        }
        ClusterReport report = report(nodes.toArray(Node[]::new));

        JsonArray all = PeerJson.peers(report, OWN, "", PeerJson.MOST_QUEUES);
        JsonArray one = told(report, OWN, "inc-n7", PeerJson.MOST_QUEUES);

        int listed = 0;
        for (int i = 0; i < all.size(); i++) {
            listed += all.getJsonObject(i).getJsonArray("queues").size();
        }
        assertThat(all).hasSize(101);
        assertThat(listed).isPositive().isLessThanOrEqualTo(PeerJson.MOST_QUEUES);
        assertThat(one).hasSize(1);
        assertThat(one.getJsonObject(0).getString("id")).isEqualTo("n7");
        assertThat(one.getJsonObject(0).getJsonArray("queues")).hasSize(PeerJson.MOST_QUEUES);
        assertThat(one.getJsonObject(0).getJsonObject("slots").getInteger("queues"))
                .isEqualTo(10_000);
    }

    @Test
    void whatIsNotKnownIsNotMadeUp() {
        ClusterReport report = report(
                node("a", null, null, List.of()),
                node("b", PeerState.JOINING, null, List.of()),
                node("c", PeerState.UP, Duration.ZERO, List.of(entry(KEY.hash64(), 0, 1))));

        JsonArray peers = told(report, null, "", PeerJson.MOST_QUEUES);

        assertThat(peers.getJsonObject(0).containsKey("slots")).isFalse();
        assertThat(peers.getJsonObject(1).containsKey("slots")).isFalse();
        assertThat(peers.getJsonObject(2)
                        .getJsonArray("queues")
                        .getJsonObject(0)
                        .containsKey("image"))
                .isFalse();
        assertThat(told(report, OWN, "nobody", 1)).isEmpty();
    }
}
