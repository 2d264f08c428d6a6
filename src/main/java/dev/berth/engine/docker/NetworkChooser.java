package dev.berth.engine.docker;

import dev.berth.engine.ContainerPlan;
import org.jspecify.annotations.Nullable;

/**
 * Which network a container joins: none if the plan says so, else one of the pool's, else one of the configured ones.
 * May be used on any context.
 */
final class NetworkChooser {
    private final @Nullable NetworkPool pool;
    private final NetworkSpread networks;

    NetworkChooser(NetworkSpread networks, @Nullable NetworkPool pool) {
        this.pool = pool;
        this.networks = networks;
    }

    NetworkLease choose(ContainerPlan plan) {
        if (plan.networkDisabled()) {
            return NetworkLease.NO_NETWORK;
        }
        NetworkLease ready = pool == null ? null : pool.take();
        return ready != null ? ready : ordinary();
    }

    /** One that does not depend on the pool. */
    NetworkLease ordinary() {
        return networks.take();
    }
}
