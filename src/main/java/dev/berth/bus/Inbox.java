package dev.berth.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the messages of one family arrive at one address. What cannot be read, or is of another family, is dropped
 * and counted: any node of the cluster may write to any address.
 *
 * <p>Never paused, so no message is dropped for lack of room. Confined to the context it is opened on.
 *
 * @param <T> the family
 */
public final class Inbox<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private final String address;
    private final Class<T> family;
    private final BiConsumer<T, Message<Object>> handler;
    private final MessageConsumer<Object> consumer;
    private long dropped;

    private Inbox(
            EventBus bus, MessageConsumerOptions options, Class<T> family, BiConsumer<T, Message<Object>> handler) {
        this.address = options.getAddress();
        this.family = family;
        this.handler = handler;
        this.consumer = bus.consumer(options.setMaxBufferedMessages(Integer.MAX_VALUE), this::onMessage);
    }

    /**
     * Listens to every node.
     *
     * @param handler takes the message, and its envelope to reply to
     */
    public static <T> Inbox<T> open(
            EventBus bus, String address, Class<T> family, BiConsumer<T, Message<Object>> handler) {
        return new Inbox<>(bus, new MessageConsumerOptions().setAddress(address), family, handler);
    }

    /** Listens to this node alone. */
    public static <T> Inbox<T> openLocal(
            EventBus bus, String address, Class<T> family, BiConsumer<T, Message<Object>> handler) {
        return new Inbox<>(bus, new MessageConsumerOptions().setAddress(address).setLocalOnly(true), family, handler);
    }

    private void onMessage(Message<Object> message) {
        Object body;
        try {
            body = message.body();
        } catch (MalformedMessageException garbage) {
            drop(String.valueOf(garbage.getMessage()));
            return;
        }
        if (family.isInstance(body)) {
            handler.accept(family.cast(body), message);
        } else {
            drop("a message of another kind: "
                    + (body == null ? "nothing" : body.getClass().getSimpleName()));
        }
    }

    /** One line for the first, the second, the fourth and so on: a peer gone mad must not fill the log. */
    private void drop(String reason) {
        dropped++;
        if (Long.bitCount(dropped) == 1) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .addKeyValue("dropped", dropped)
                    .addKeyValue("reason", reason)
                    .log("a message cannot be read");
        }
    }

    /** How many messages were dropped. For metrics and tests. */
    public long dropped() {
        return dropped;
    }

    /** Completes when messages arrive here. */
    public Future<Void> ready() {
        return consumer.completion();
    }

    public Future<Void> close() {
        return consumer.unregister();
    }
}
