package dev.berth.status;

import dev.berth.bus.Addresses;
import dev.berth.bus.Inbox;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.WhyMessage;
import dev.berth.cluster.ClusterBoard;
import dev.berth.config.StatusConfig;
import dev.berth.ingress.ExecutionParts;
import dev.berth.ingress.NodeBus;
import dev.berth.ingress.NodeParts;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.WhyAnswer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers Status for all ingress instances of a node, so that there is one check at a time. Runs its status
 * calls like an ingress instance does, under an address of its own.
 */
public final class StatusVerticle extends VerticleBase implements StatusSource {
    private final NodeParts node;
    private final NodeFacts facts;
    private final StatusConfig config;
    private final StatusMeter meter;
    private final int instance;
    private @Nullable NodeBus bus;
    private @Nullable NodeStatus status;
    private @Nullable WhyAnswers why;
    private @Nullable Inbox<WhyMessage.Asked> questions;

    /** @param instance one that no ingress instance of the node has */
    public StatusVerticle(NodeParts node, NodeFacts facts, StatusConfig config, StatusMeter meter, int instance) {
        this.meter = meter;
        this.node = node;
        this.facts = facts;
        this.config = config;
        this.instance = instance;
    }

    @Override
    public Future<?> start() {
        return NodeBus.open(vertx, node, instance).compose(opened -> {
            bus = opened;
            WhyAnswers slotRequests = new WhyAnswers(vertx, node.why(), opened, node.cluster());
            why = slotRequests;
            ExecutionParts parts = new ExecutionParts(
                    vertx, opened.slotRequests(), opened.ownPlanner(), opened, NodeParts.WORKER_GRACE);
            status = new NodeStatus(
                    facts,
                    node.counters(),
                    opened::snapshot,
                    new StatusCheck(vertx, config, node.calls(), parts, meter),
                    new KernelDumps(vertx, config.kdumpFolder()));
            return hear(slotRequests);
        });
    }

    /** Other nodes ask, too. */
    private Future<Void> hear(WhyAnswers slotRequests) {
        if (node.cluster() == null) {
            return Future.succeededFuture();
        }
        Inbox<WhyMessage.Asked> opened = Inbox.open(
                node.bus(),
                Addresses.why(node.incarnation()),
                WhyMessage.Asked.class,
                (asked, message) -> slotRequests.own(asked.callId()).onSuccess(message::reply));
        questions = opened;
        return opened.ready();
    }

    @Override
    public Future<RunnerStatus> answer(String body) {
        return here(() -> status == null ? notReady() : status.answer(body));
    }

    @Override
    public Future<WhyAnswer> why(String callId) {
        return here(() -> why == null ? notReady() : why.answer(callId));
    }

    private static <T> Future<T> notReady() {
        return Future.failedFuture(new IllegalStateException("status is not ready"));
    }

    /** On this verticle's context; the result comes on the caller's. */
    private <T> Future<T> here(Supplier<Future<T>> question) {
        Promise<T> answer = Promise.promise();
        Context caller = Vertx.currentContext();
        context.runOnContext(turn -> {
            question.get().onComplete(result -> {
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
        ClusterBoard cluster = node.cluster();
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
        Future<Void> deaf = questions == null ? Future.succeededFuture() : questions.close();
        return deaf.eventually(() -> bus == null ? Future.succeededFuture() : bus.close());
    }
}
