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
        registerOnce(vertx, new ControlCodec());
        return vertx.eventBus().codecSelector(BusCodecs::nameFor);
    }

    private static @Nullable String nameFor(Object message) {
        boolean ours = message instanceof RegistryMessage
                || message instanceof IngressMessage
                || message instanceof WorkerMessage
                || message instanceof ClusterMessage
                || message instanceof WhyMessage
                || message instanceof NodeSnapshot;
        return ours ? ControlCodec.NAME : null;
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
