package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.config.GrpcConfig;
import dev.berth.config.StreamConfig;
import java.time.Duration;

/** What every ingress instance of a node is started with. Immutable but for the counters; shared. */
public record IngressSetup(
        NodeFacts node, GrpcConfig grpc, StreamConfig stream, CallFactory calls, IngressCounters counters) {
    /** How long past a call's deadline a worker may take to say so. */
    static final Duration WORKER_GRACE = Duration.ofSeconds(5);
}
