package dev.berth.ops;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import dev.berth.cluster.ClusterReport;
import dev.berth.cluster.ClusterReport.Node;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What is told of the nodes of the cluster, as JSON: the sums of each node's slots, and its busiest slot queues. */
final class PeerJson {
    /** Slot queues of all nodes together. */
    static final int MOST_QUEUES = 500;

    private static final Comparator<Entry> BUSIEST = Comparator.comparingLong(
                    (Entry entry) -> (long) entry.busy() + entry.starting() + entry.waiting())
            .thenComparingLong(Entry::idle)
            .reversed()
            .thenComparingLong(Entry::hash);

    private PeerJson() {}

    /**
     * This node first; of a node that stands alone nothing.
     *
     * @param own what this node's registry says; null: it does not answer
     * @param only incarnation or name of the nodes that are wanted; empty: all
     * @param queues most slot queues of all these nodes together, 0 to {@link #MOST_QUEUES}: an equal share of each
     */
    static JsonArray peers(NodeView view, @Nullable NodeSnapshot own, String only, int queues) {
        return view.cluster() == null ? new JsonArray() : peers(view.cluster().report(), own, only, queues);
    }

    static JsonArray peers(ClusterReport report, @Nullable NodeSnapshot own, String only, int queues) {
        List<Node> wanted = report.members().stream()
                .filter(node -> only.isEmpty()
                        || only.equals(node.member().incarnation())
                        || only.equals(node.member().nodeId()))
                .toList();
        Map<Long, String> images = new HashMap<>();
        if (own != null) {
            own.queues().forEach(queue -> images.put(queue.key().hash64(), queue.image()));
        }
        JsonArray peers = new JsonArray();
        for (Node node : wanted) {
            JsonObject peer = peer(node);
            if (node.state() != null && node.digestAge() != null) {
                slots(peer, node.queues(), images, queues / wanted.size());
            } else if (node.state() == null && own != null) {
                slots(peer, own.queues().stream().map(Entry::of).toList(), images, queues / wanted.size());
            }
            peers.add(peer);
        }
        return peers;
    }

    private static JsonObject peer(Node node) {
        JsonObject peer = new JsonObject()
                .put("id", node.member().nodeId())
                .put("incarnation", node.member().incarnation())
                .put("address", node.member().host() + ":" + node.member().port())
                .put("version", node.member().version())
                .put("state", node.state() == null ? "SELF" : node.state().name())
                .put("draining", node.draining());
        if (node.digestAge() != null) {
            peer.put("digestAgeMillis", node.digestAge().toMillis())
                    .put("freeMemoryBytes", node.freeMemoryBytes())
                    .put("freeCpuMillis", node.freeCpuMillis())
                    .put("load", node.load() / 1000.0);
        }
        return peer;
    }

    private static void slots(JsonObject peer, List<Entry> entries, Map<Long, String> images, int most) {
        peer.put(
                "slots",
                new JsonObject()
                        .put("queues", entries.size())
                        .put("busy", sum(entries, Entry::busy))
                        .put("idle", sum(entries, Entry::idle))
                        .put("starting", sum(entries, Entry::starting))
                        .put("waiting", sum(entries, Entry::waiting)));
        JsonArray rows = new JsonArray();
        entries.stream().sorted(BUSIEST).limit(most).forEach(entry -> rows.add(row(entry, images.get(entry.hash()))));
        peer.put("queues", rows);
    }

    private static JsonObject row(Entry entry, @Nullable String image) {
        JsonObject row = new JsonObject().put("key", HexFormat.of().toHexDigits(entry.hash()));
        if (image != null) {
            row.put("image", image);
        }
        return row.put("busy", entry.busy())
                .put("idle", entry.idle())
                .put("starting", entry.starting())
                .put("waiting", entry.waiting());
    }

    private static long sum(List<Entry> entries, ToLongFunction<Entry> count) {
        return entries.stream().mapToLong(count).sum();
    }
}
