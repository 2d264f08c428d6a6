package dev.berth.status;

import com.google.protobuf.ByteString;
import dev.berth.bus.NodeSnapshot;
import dev.berth.ingress.IngressCounters;
import dev.berth.proto.NodeSummary;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.SlotSummary;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Answers Status: counters, and what the registry says of this node. */
final class NodeStatus {
    private static final int MAX_SLOTS = 1000;

    private final NodeFacts facts;
    private final IngressCounters counters;
    private final Supplier<Future<NodeSnapshot>> registry;
    private final StatusCheck check;
    private final KernelDumps dumps;

    /** @param registry asks the registry; fails within a bounded time when it does not answer */
    NodeStatus(
            NodeFacts facts,
            IngressCounters counters,
            Supplier<Future<NodeSnapshot>> registry,
            StatusCheck check,
            KernelDumps dumps) {
        this.facts = facts;
        this.counters = counters;
        this.registry = registry;
        this.check = check;
        this.dumps = dumps;
    }

    /** Never fails: of a registry that does not answer the figures are left out. */
    Future<RunnerStatus> answer(String body) {
        return check.outcome(body)
                .compose(outcome ->
                        dumps.count().compose(dumped -> summary().map(summary -> status(outcome, dumped, summary))));
    }

    private Future<NodeSummary> summary() {
        return registry.get().map(this::summary).otherwise(silent -> facts().build());
    }

    private RunnerStatus status(RunnerStatus.Builder outcome, int dumped, NodeSummary summary) {
        return outcome.setActive(counters.active())
                .setRequestsReceived(counters.received())
                .setRequestsHandled(counters.handled())
                .setKdumpsOnDisk(dumped)
                .setNode(summary)
                .build();
    }

    private NodeSummary.Builder facts() {
        return NodeSummary.newBuilder()
                .setNodeId(facts.id())
                .setVersion(facts.version())
                .setEngine(facts.engine())
                .setIsolated(facts.isolated())
                .setDraining(counters.draining());
    }

    private NodeSummary summary(NodeSnapshot snapshot) {
        NodeSummary.Builder summary = facts().setDraining(snapshot.draining() || counters.draining())
                .setMemoryTotalBytes(snapshot.memoryTotalBytes())
                .setMemoryUsedBytes(snapshot.memoryUsedBytes())
                .setCpuTotalMillis(snapshot.cpuTotalMillis())
                .setCpuUsedMillis(snapshot.cpuUsedMillis());
        snapshot.queues().stream().limit(MAX_SLOTS).map(NodeStatus::slot).forEach(summary::addSlots);
        return summary.setSlotsLeftOut(snapshot.queues().size() - summary.getSlotsCount())
                .build();
    }

    private static SlotSummary slot(NodeSnapshot.Queue queue) {
        return SlotSummary.newBuilder()
                .setSlotHashId(ByteString.copyFrom(queue.key().bytes()))
                .setImage(queue.image())
                .setIdle(queue.idle())
                .setBusy(queue.busy())
                .setStarting(queue.starting())
                .setWaiting(queue.waiting())
                .setPaused(queue.paused())
                .setKept(queue.kept())
                .setConcurrency(queue.seats())
                .setCalls(queue.calls())
                .build();
    }
}
