package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.cluster.ClusterBoard;
import dev.berth.config.GrpcConfig;
import dev.berth.config.StreamConfig;
import dev.berth.logs.LogBuffer;
import dev.berth.trace.CallTracer;
import dev.berth.why.WhyBook;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What every ingress instance of a node is started with. Shared by all of them.
 *
 * @param bus with the codecs of all messages registered
 * @param incarnation this start of the node, as in its addresses
 * @param cluster what is known of other nodes; null: this one stands alone
 * @param why what is kept of calls, a ring for each instance
 * @param logs output of functions; null: it is not kept
 */
public record NodeParts(
        EventBus bus,
        String incarnation,
        GrpcConfig grpc,
        StreamConfig stream,
        CallFactory calls,
        IngressCounters counters,
        NodeBudget budget,
        @Nullable LogBuffer logs,
        CallTracer tracer,
        CallMeter meter,
        WhyBook why,
        @Nullable ClusterBoard cluster) {
    /** How long past a call's deadline a worker may take to say so. */
    public static final Duration WORKER_GRACE = Duration.ofSeconds(5);

    /** As the other, with calls that are not counted. */
    public NodeParts(
            EventBus bus,
            String incarnation,
            GrpcConfig grpc,
            StreamConfig stream,
            CallFactory calls,
            IngressCounters counters,
            NodeBudget budget,
            @Nullable LogBuffer logs,
            CallTracer tracer,
            WhyBook why,
            @Nullable ClusterBoard cluster) {
        this(bus, incarnation, grpc, stream, calls, counters, budget, logs, tracer, CallMeter.NONE, why, cluster);
    }
}
