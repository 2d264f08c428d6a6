package dev.berth.bus;

import dev.berth.call.SlotKey;

/** Wire form of {@link NodeSnapshot}, the reply to {@link RegistryMessage.Snapshot}. */
final class SnapshotCodec extends WireCodec<NodeSnapshot> {
    static final String NAME = "berth.snapshot/1";

    SnapshotCodec() {
        super(NAME);
    }

    @Override
    protected void write(WireWriter out, NodeSnapshot node) {
        out.flag(node.draining());
        out.number(node.memoryTotalBytes()).number(node.memoryUsedBytes());
        out.number(node.cpuTotalMillis()).number(node.cpuUsedMillis());
        out.list(node.queues(), queue -> writeQueue(out, queue));
    }

    private static void writeQueue(WireWriter out, NodeSnapshot.Queue queue) {
        out.bytes(queue.key().bytes()).text(queue.image());
        out.number(queue.idle()).number(queue.paused()).number(queue.busy());
        out.number(queue.starting()).number(queue.waiting());
    }

    @Override
    protected NodeSnapshot read(WireReader in) {
        return new NodeSnapshot(
                in.flag(), in.number(), in.number(), in.number(), in.number(), in.list(() -> readQueue(in)));
    }

    private static NodeSnapshot.Queue readQueue(WireReader in) {
        return new NodeSnapshot.Queue(
                new SlotKey(in.bytes()),
                in.text(),
                in.integer(),
                in.integer(),
                in.integer(),
                in.integer(),
                in.integer());
    }
}
