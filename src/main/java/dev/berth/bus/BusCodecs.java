package dev.berth.bus;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * Makes the message families of this package sendable: after {@link #register} each may be given to the bus, or
 * as a reply, without naming a codec.
 */
public final class BusCodecs {
    private BusCodecs() {}

    /**
     * Before any deployment; again does nothing.
     *
     * @return the bus, for whoever wires the parts together
     */
    public static EventBus register(Vertx vertx) {
        registerOnce(vertx, new RegistryCodec());
        registerOnce(vertx, new IngressCodec());
        registerOnce(vertx, new WorkerCodec());
        registerOnce(vertx, new SnapshotCodec());
        return vertx.eventBus().codecSelector(BusCodecs::nameFor);
    }

    private static @Nullable String nameFor(Object message) {
        if (message instanceof RegistryMessage) {
            return RegistryCodec.NAME;
        }
        if (message instanceof IngressMessage) {
            return IngressCodec.NAME;
        }
        if (message instanceof WorkerMessage) {
            return WorkerCodec.NAME;
        }
        return message instanceof NodeSnapshot ? SnapshotCodec.NAME : null;
    }

    /** Registers a codec unless one of its name is there. Codecs of one name are interchangeable. */
    public static void registerOnce(Vertx vertx, MessageCodec<?, ?> codec) {
        try {
            vertx.eventBus().registerCodec(codec);
        } catch (IllegalStateException alreadyRegistered) {
            // The bus offers no way to ask.
        }
    }
}
