package dev.berth.engine.docker;

import dev.berth.engine.ContainerPlan;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which network a container joins: none if the plan says so, else a placeholder's, else the configured network
 * with the fewest of our containers, else the engine's default. May be used on any context; two that choose in
 * the same instant may choose alike.
 */
final class NetworkChooser {
    private final @Nullable PreforkPool placeholders;
    private final List<Network> networks;

    NetworkChooser(List<String> names, @Nullable PreforkPool placeholders) {
        this.placeholders = placeholders;
        this.networks = names.stream()
                .map(name -> new Network(name, new AtomicInteger()))
                .toList();
    }

    NetworkLease choose(ContainerPlan plan) {
        if (plan.networkDisabled()) {
            return NetworkLease.NO_NETWORK;
        }
        NetworkLease placeholder = placeholders == null ? null : placeholders.take();
        return placeholder != null ? placeholder : leastUsed();
    }

    private NetworkLease leastUsed() {
        Network chosen = null;
        for (Network network : networks) {
            if (chosen == null
                    || network.containers().get() < chosen.containers().get()) {
                chosen = network;
            }
        }
        if (chosen == null) {
            return NetworkLease.DEFAULT;
        }
        AtomicInteger containers = chosen.containers();
        containers.incrementAndGet();
        return new NetworkLease(chosen.name(), containers::decrementAndGet);
    }

    private record Network(String name, AtomicInteger containers) {}
}
