package dev.berth.ingress;

import dev.berth.bus.RegistryMessage;
import io.vertx.core.Future;

/** Speaks to this node's slot registry. */
interface RegistryLink {

    /** Fails if nobody is there to take the message. */
    Future<Void> send(RegistryMessage message);
}
