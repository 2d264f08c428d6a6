package dev.berth.ingress;

import dev.berth.bus.RegistryMessage;
import io.vertx.core.Future;

/** Speaks to slot registries, this node's and others'. */
interface Registries {

    /** Fails if nobody is there to take the message. */
    Future<Void> send(String registry, RegistryMessage message);
}
