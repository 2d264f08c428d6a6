package dev.berth.ops.meter;

import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.ClusterReport;
import dev.berth.cluster.PeerState;
import java.time.Duration;

/** What this node knows of the others, as gauges. */
final class ClusterFigures {
    ClusterFigures(Meters meters, ClusterBoard cluster) {
        for (PeerState state : PeerState.values()) {
            meters.gauge(
                    "berth.cluster.members",
                    "Other nodes, by how this one sees them.",
                    null,
                    () -> cluster.report().members().stream()
                            .filter(node -> node.state() == state)
                            .count(),
                    "state",
                    Meters.label(state));
        }
        meters.gauge(
                "berth.cluster.digest.age",
                "How old the oldest of the other nodes' summaries is.",
                "seconds",
                () -> cluster.report().members().stream()
                        .filter(node -> node.state() != null)
                        .map(ClusterReport.Node::digestAge)
                        .filter(age -> age != null)
                        .mapToDouble(age ->
                                age.toNanos() / (double) Duration.ofSeconds(1).toNanos())
                        .max()
                        .orElse(0));
    }
}
