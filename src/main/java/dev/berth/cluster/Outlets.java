package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageProducer;
import java.util.HashMap;
import java.util.Map;

/** The ways to the other nodes. A message that was sent may still be lost; one that was refused was not taken. */
final class Outlets {
    private final EventBus bus;
    private final Map<String, MessageProducer<ClusterMessage>> byIncarnation = new HashMap<>();

    Outlets(EventBus bus) {
        this.bus = bus;
    }

    Future<Void> send(String incarnation, ClusterMessage message) {
        return byIncarnation
                .computeIfAbsent(incarnation, id -> bus.sender(Addresses.node(id)))
                .write(message);
    }

    void forget(String incarnation) {
        byIncarnation.remove(incarnation);
    }
}
