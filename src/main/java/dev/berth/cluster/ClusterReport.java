package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one node knows of all.
 *
 * @param members this node first
 * @param placements of the calls that came to this node
 */
public record ClusterReport(List<Node> members, Map<Placed, Long> placements) {
    public ClusterReport {
        members = List.copyOf(members);
        placements = Map.copyOf(placements);
    }

    /**
     * One node.
     *
     * @param state null: this node itself
     * @param digestAge how old the rest is; null: nothing is known
     * @param load thousandths of its slots in use
     * @param queues none of this node's own, whose registry knows better
     */
    public record Node(
            Member member,
            @Nullable PeerState state,
            boolean draining,
            @Nullable Duration digestAge,
            long freeMemoryBytes,
            long freeCpuMillis,
            int load,
            List<Entry> queues) {}

    static ClusterReport of(Member own, ClusterPicture picture, PlacementCounts counts, long nowNanos) {
        List<Node> nodes = new ArrayList<>();
        nodes.add(node(own, null, picture.view().own().hints(), nowNanos));
        for (ClusterPicture.Seen seen : picture.others()) {
            nodes.add(node(seen.member(), seen.state(), seen.hints(), nowNanos));
        }
        return new ClusterReport(nodes, counts.read());
    }

    private static Node node(Member member, @Nullable PeerState state, Hints hints, long nowNanos) {
        return new Node(
                member,
                state,
                hints.isDraining(),
                hints.isEmpty() ? null : Duration.ofNanos(nowNanos - hints.takenNanos()),
                hints.freeMemoryBytes(),
                hints.freeCpuMillis(),
                hints.load(),
                List.copyOf(hints.entries()));
    }
}
