package dev.berth.status;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import dev.berth.cluster.ClusterReport;
import dev.berth.cluster.ClusterReport.Node;
import dev.berth.proto.ClusterSummary;
import dev.berth.proto.MemberSummary;
import dev.berth.proto.QueueSummary;
import java.util.List;
import java.util.Locale;

/** What Status says of all nodes. */
final class ClusterStatus {
    private static final int MAX_QUEUES = 1000;

    private ClusterStatus() {}

    /** @param own queues of this node, which its registry knows best */
    static ClusterSummary of(ClusterReport report, List<NodeSnapshot.Queue> own) {
        ClusterSummary.Builder summary = ClusterSummary.newBuilder();
        for (Node node : report.members()) {
            boolean self = node.state() == null;
            List<Entry> queues = self ? own.stream().map(Entry::of).toList() : node.queues();
            summary.addMembers(member(node, queues));
        }
        report.placements()
                .forEach((placed, count) -> summary.putPlacements(placed.name().toLowerCase(Locale.ROOT), count));
        return summary.build();
    }

    private static MemberSummary member(Node node, List<Entry> queues) {
        MemberSummary.Builder member = MemberSummary.newBuilder()
                .setNodeId(node.member().nodeId())
                .setIncarnation(node.member().incarnation())
                .setAddress(node.member().host() + ":" + node.member().port())
                .setVersion(node.member().version())
                .setState(node.state() == null ? "SELF" : node.state().name())
                .setDraining(node.draining());
        if (node.digestAge() != null) {
            member.setKnown(true)
                    .setDigestAgeMillis(node.digestAge().toMillis())
                    .setFreeMemoryBytes(Math.max(0, node.freeMemoryBytes()))
                    .setFreeCpuMillis(Math.max(0, node.freeCpuMillis()))
                    .setLoad(node.load());
        }
        queues.stream().limit(MAX_QUEUES).map(ClusterStatus::queue).forEach(member::addQueues);
        return member.setQueuesLeftOut(queues.size() - member.getQueuesCount()).build();
    }

    private static QueueSummary queue(Entry entry) {
        return QueueSummary.newBuilder()
                .setHash(entry.hash())
                .setIdle(entry.idle())
                .setBusy(entry.busy())
                .setStarting(entry.starting())
                .setWaiting(entry.waiting())
                .build();
    }
}
