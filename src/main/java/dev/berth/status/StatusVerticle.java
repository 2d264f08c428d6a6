package dev.berth.status;

import dev.berth.bus.NodeSnapshot;
import dev.berth.cluster.ClusterBoard;
import dev.berth.config.StatusConfig;
import dev.berth.ingress.ExecutionParts;
import dev.berth.ingress.IngressSetup;
import dev.berth.ingress.NodeBus;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers Status for all ingress instances of a node, so that there is one check at a time. Runs its status
 * calls like an ingress instance does, under an address of its own.
 */
public final class StatusVerticle extends VerticleBase implements StatusSource {
    private final IngressSetup setup;
    private final NodeFacts facts;
    private final StatusConfig config;
    private final int instance;
    private @Nullable NodeBus bus;
    private @Nullable NodeStatus status;

    /** @param instance one that no ingress instance of the node has */
    public StatusVerticle(IngressSetup setup, NodeFacts facts, StatusConfig config, int instance) {
        this.setup = setup;
        this.facts = facts;
        this.config = config;
        this.instance = instance;
    }

    @Override
    public Future<?> start() {
        return NodeBus.open(vertx, setup, instance).onSuccess(opened -> {
            bus = opened;
            ExecutionParts parts =
                    new ExecutionParts(vertx, opened.desk(), opened.ownPlanner(), opened, IngressSetup.WORKER_GRACE);
            status = new NodeStatus(
                    facts,
                    setup.counters(),
                    opened::snapshot,
                    new StatusCheck(vertx, config, setup.calls(), parts),
                    new KernelDumps(vertx, config.kdumpFolder()));
        });
    }

    @Override
    public Future<RunnerStatus> answer(String body) {
        Promise<RunnerStatus> answer = Promise.promise();
        Context caller = Vertx.currentContext();
        context.runOnContext(turn -> {
            NodeStatus ready = status;
            Future<RunnerStatus> asked = ready == null
                    ? Future.failedFuture(new IllegalStateException("status is not ready"))
                    : ready.answer(body);
            asked.onComplete(result -> {
                if (caller == null) {
                    answer.handle(result);
                } else {
                    caller.runOnContext(back -> answer.handle(result));
                }
            });
        });
        return answer.future();
    }

    @Override
    public Future<RunnerStatus> withCluster(RunnerStatus answer) {
        ClusterBoard cluster = setup.cluster();
        NodeBus opened = bus;
        if (cluster == null || opened == null) {
            return Future.succeededFuture(answer);
        }
        return opened.snapshot()
                .map(NodeSnapshot::queues)
                .otherwise(List.of())
                .map(own -> answer.toBuilder()
                        .setCluster(ClusterStatus.of(cluster.report(), own))
                        .build());
    }

    @Override
    public Future<?> stop() {
        return bus == null ? Future.succeededFuture() : bus.close();
    }
}
