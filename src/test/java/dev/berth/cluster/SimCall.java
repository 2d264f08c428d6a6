package dev.berth.cluster;

import dev.berth.call.ContainerSpec;
import dev.berth.ingress.IngressSeat.Placed;

/** One call of a client, as its ingress holds it. */
final class SimCall {
    enum Outcome {
        SUCCESS,
        NACK,
        PEER_LOST,
        TIMEOUT,
        CLIENT_LOST
    }

    final String id;
    final ContainerSpec spec;
    final long serviceNanos;
    Outcome outcome;
    int executions;

    /** Requests to other nodes so far. */
    int remoteRequests;

    /** When the demand under way was sent, and whether another node got it. */
    long askedAt;

    boolean askedElsewhere;

    /** While it is sent to a worker: the worker's node, and which of the call's placements this is. */
    String worker = "";

    Placed placed;
    int sent;

    SimCall(String id, ContainerSpec spec, long serviceNanos) {
        this.id = id;
        this.spec = spec;
        this.serviceNanos = serviceNanos;
    }

    void end(Outcome how) {
        if (outcome != null) {
            throw new SimFailure("call " + id + " ends twice: " + outcome + ", " + how);
        }
        outcome = how;
    }
}
