package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.trace.CallTracer;

/**
 * What the Engage streams of one verticle instance share.
 *
 * @param clients the connections, and what their streams may hold
 * @param maxMessageBytes largest message a client may send
 * @param streamWindowBytes of a stream whose body is being read
 * @param responseFrameBytes largest piece of a body in one message
 */
public record IngressParts(
        ExecutionParts execution,
        CallFactory calls,
        IngressCounters counters,
        ClientStreams clients,
        OpenStreams streams,
        int maxMessageBytes,
        int streamWindowBytes,
        int responseFrameBytes,
        LogStreams logs,
        CallTracer tracer,
        CallMeter meter) {}
