package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.trace.CallTracer;
import dev.berth.why.WhyRing;

/**
 * What the Engage streams of one verticle instance share.
 *
 * @param clients the connections, and what their streams may hold
 * @param maxMessageBytes largest message a client may send
 * @param streamWindowBytes of a stream whose body is being read
 * @param responseFrameBytes largest piece of a body in one message
 * @param why where records of calls are kept
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
        CallMeter meter,
        WhyRing why) {}
