package dev.berth.ingress;

import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.RegistryMessage;
import io.vertx.core.Future;

/** Speaks to slot registries, this node's and others'. */
interface Registries {

    /** Fails if nobody is there to take the message. */
    Future<Void> send(String registry, RegistryMessage message);

    /**
     * Asks a node that keeps the directory of a function.
     *
     * @param late run if it could not be asked, or should have answered by now
     */
    default void ask(String node, WhoHas question, Runnable late) {
        late.run();
    }
}
