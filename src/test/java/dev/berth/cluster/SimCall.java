package dev.berth.cluster;

import dev.berth.call.ContainerSpec;
import java.util.List;

/** One call of a client, as its ingress holds it. */
final class SimCall {
    enum State {
        WAITING,
        SENT,
        OVER
    }

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
    State state = State.WAITING;
    Outcome outcome;
    int executions;

    /** Tries left, and the one that is under way. */
    List<Candidate> tries = List.of();

    int next;
    int placements;
    long ticket;
    String target = "";

    SimCall(String id, ContainerSpec spec, long serviceNanos) {
        this.id = id;
        this.spec = spec;
        this.serviceNanos = serviceNanos;
    }

    void end(Outcome how) {
        if (outcome != null) {
            throw new SimFailure("call " + id + " ends twice: " + outcome + ", " + how);
        }
        state = State.OVER;
        outcome = how;
    }
}
