package dev.berth.registry;

import dev.berth.call.ContainerSpec;

/** A call of {@link SlotWorld}, at one of its ingresses. */
final class WorldCall {
    enum State {
        WAITING,
        /** Sent to its container, and still on its way. */
        SENT,
        RUNNING,
        OVER,
        CANCELLED
    }

    final long ticket;
    final String ingress;
    final ContainerSpec spec;
    State state = State.WAITING;
    int answers;
    int runs;

    /** The table knows that nobody waits for it any more. */
    boolean dropped;

    /** It may be refused where others wait. */
    boolean impatient;

    /** No container may be launched for it. */
    boolean existingOnly;

    /** It waited when its ingress was taken for lost. */
    boolean lost;

    /** When the table heard of it, in nanoseconds of the world's clock. */
    long arrived;

    String container = "";
    long lease;

    WorldCall(long ticket, String ingress, ContainerSpec spec) {
        this.ticket = ticket;
        this.ingress = ingress;
        this.spec = spec;
    }

    /** Of the call that goes by this id. */
    static long ticket(String callId) {
        return Long.parseLong(callId.substring("call-".length()));
    }
}
