package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.config.GrpcConfig;
import dev.berth.config.StreamConfig;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;

/**
 * What every ingress instance of a node is started with. Shared by all of them.
 *
 * @param bus with the codecs of all messages registered
 */
public record IngressSetup(
        EventBus bus,
        NodeFacts node,
        GrpcConfig grpc,
        StreamConfig stream,
        CallFactory calls,
        IngressCounters counters) {
    /** How long past a call's deadline a worker may take to say so. */
    static final Duration WORKER_GRACE = Duration.ofSeconds(5);
}
