package dev.berth.ingress;

import dev.berth.call.CallFactory;
import dev.berth.trace.CallTracer;

/**
 * What the Engage streams of one verticle instance share.
 *
 * @param maxMessageBytes largest message a client may send
 * @param responseFrameBytes largest piece of a body in one message
 */
record IngressParts(
        ExecutionParts execution,
        CallFactory calls,
        IngressCounters counters,
        ConnectionWindows windows,
        OpenStreams streams,
        int maxMessageBytes,
        int responseFrameBytes,
        LogStreams logs,
        CallTracer tracer) {}
