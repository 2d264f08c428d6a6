package dev.berth.engine.docker;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Networks that containers are spread over, and how many of ours are on each; without any, the engine's default. May
 * be used on any context; two that choose in the same instant may choose alike.
 */
final class NetworkSpread {
    private final List<Network> networks;

    private record Network(@Nullable String name, AtomicInteger containers) {}

    NetworkSpread(List<String> names) {
        this.networks = names.isEmpty()
                ? List.of(new Network(null, new AtomicInteger()))
                : names.stream()
                        .map(name -> new Network(name, new AtomicInteger()))
                        .toList();
    }

    /** The one with the fewest of our containers. */
    NetworkLease take() {
        Network chosen = leastUsed();
        AtomicInteger containers = chosen.containers();
        containers.incrementAndGet();
        return NetworkLease.on(chosen.name(), containers::decrementAndGet);
    }

    /** How many of our containers the one that {@link #take} would choose has. */
    int fewest() {
        return leastUsed().containers().get();
    }

    private Network leastUsed() {
        Network chosen = networks.get(0);
        for (Network network : networks) {
            if (network.containers().get() < chosen.containers().get()) {
                chosen = network;
            }
        }
        return chosen;
    }
}
