package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import dev.berth.call.SlotKey;
import java.util.HashMap;
import java.util.Map;

/** Turns what the registry says of its node into what others are told. */
final class OwnQueues {
    private final DigestStreams streams;
    private final Map<SlotKey, NodeSnapshot.Queue> known = new HashMap<>();
    private NodeFigures figures = NodeFigures.NONE;
    private int working;
    private int containers;

    OwnQueues(DigestStreams streams) {
        this.streams = streams;
    }

    /** @param node with the queues that have changed since the last call; at first all */
    void read(NodeSnapshot node) {
        for (NodeSnapshot.Queue queue : node.queues()) {
            NodeSnapshot.Queue before = queue.isGone() ? known.remove(queue.key()) : known.put(queue.key(), queue);
            if (before != null) {
                count(before, -1);
            }
            count(queue, 1);
            streams.queue(Entry.of(queue));
        }
        figures = new NodeFigures(
                node.draining(),
                Math.max(0, node.memoryTotalBytes() - node.memoryUsedBytes()),
                Math.max(0, node.cpuTotalMillis() - node.cpuUsedMillis()),
                load(node));
        streams.node(figures);
    }

    /** As they were read last. */
    NodeFigures figures() {
        return figures;
    }

    private void count(NodeSnapshot.Queue queue, int sign) {
        working += sign * (queue.busy() + queue.starting());
        containers += sign * (queue.idle() + queue.busy() + queue.starting());
    }

    /** How much of the scarcer resource is taken by containers at work. */
    private int load(NodeSnapshot node) {
        if (containers == 0) {
            return 0;
        }
        double taken = Math.max(
                share(node.memoryUsedBytes(), node.memoryTotalBytes()),
                share(node.cpuUsedMillis(), node.cpuTotalMillis()));
        return (int) Math.min(1000, Math.round(1000 * taken * working / containers));
    }

    private static double share(long used, long total) {
        return total <= 0 ? 0 : (double) used / total;
    }
}
