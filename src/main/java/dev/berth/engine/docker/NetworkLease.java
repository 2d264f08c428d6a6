package dev.berth.engine.docker;

import org.jspecify.annotations.Nullable;

/**
 * A container's place in a network, to be given back when the container is gone.
 *
 * @param mode the engine's network mode; null: the engine's default
 * @param release run once
 */
record NetworkLease(@Nullable String mode, Runnable release) {
    static final NetworkLease NO_NETWORK = new NetworkLease("none", () -> {});
    static final NetworkLease DEFAULT = new NetworkLease(null, () -> {});
}
