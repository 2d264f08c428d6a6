package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.NodeSnapshot;
import java.util.HashSet;
import java.util.Set;

/** Turns what the registry says of its node into what others are told. */
final class OwnQueues {
    private final DigestPublisher publisher;
    private Set<Long> told = new HashSet<>();

    OwnQueues(DigestPublisher publisher) {
        this.publisher = publisher;
    }

    void read(NodeSnapshot node) {
        Set<Long> present = new HashSet<>();
        int working = 0;
        int containers = 0;
        for (NodeSnapshot.Queue queue : node.queues()) {
            long hash = queue.key().hash64();
            present.add(hash);
            working += queue.busy() + queue.starting();
            containers += queue.idle() + queue.busy() + queue.starting();
            publisher.queue(new Entry(hash, queue.idle(), queue.busy(), queue.starting(), queue.waiting(), 0, 0));
        }
        told.removeAll(present);
        told.forEach(gone -> publisher.queue(new Entry(gone, 0, 0, 0, 0, 0, 0)));
        told = present;
        publisher.node(new NodeFigures(
                node.draining(),
                Math.max(0, node.memoryTotalBytes() - node.memoryUsedBytes()),
                Math.max(0, node.cpuTotalMillis() - node.cpuUsedMillis()),
                load(node, working, containers)));
    }

    /** How much of the scarcer resource is taken by containers at work. */
    private static int load(NodeSnapshot node, int working, int containers) {
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
