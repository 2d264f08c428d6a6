package dev.berth.engine.docker;

import org.jspecify.annotations.Nullable;

/**
 * A container's place in a network, to be given back when the container is gone.
 *
 * @param mode the engine's network mode; null: the engine's default
 * @param joined the engine's id of the container whose network this is; null if it is nobody's, or not known
 * @param lost run if that container turns out to be gone
 * @param release run once
 * @param leave run in its place if the container stays when this runner ends, and its network with it
 */
record NetworkLease(@Nullable String mode, @Nullable String joined, Runnable lost, Runnable release, Runnable leave) {
    static final NetworkLease NO_NETWORK = on("none", () -> {});

    static NetworkLease on(@Nullable String mode, Runnable release) {
        return new NetworkLease(mode, null, () -> {}, release, release);
    }

    /** Whether it can outlive this runner: it is nobody's, or it is known whose. */
    boolean canStay() {
        return joined != null || mode == null || !mode.startsWith("container:");
    }

    /** Whether a start was refused because the container whose network this is does not run: the engine names it. */
    boolean refused(EngineResponse reply) {
        return joined != null && !reply.ok() && reply.message().contains(joined);
    }
}
