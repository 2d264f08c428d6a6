package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.Inbox;
import dev.berth.bus.RegistryMessage;
import dev.berth.config.RegistryConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slot registry of a node: puts what arrives on the bus through the {@link SlotTable}, and sends what it
 * decides. One instance per node, so one thread, which never blocks.
 *
 * <p>Takes every {@link RegistryMessage}. {@link RegistryMessage.Snapshot} is answered at once,
 * {@link RegistryMessage.Drain} with an empty body when no container is left.
 */
public final class SlotRegistryVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(SlotRegistryVerticle.class);
    private static final long NO_TIMER = -1;

    /**
     * What the registry is joined to.
     *
     * @param bus with the codecs of all messages registered
     * @param incarnation of this node; the registry listens at its address
     * @param workers addresses of the node's workers, which listen before the first call comes
     * @param requestWindow bytes a worker takes of a call before its first grant of credit
     */
    public record Links(EventBus bus, String incarnation, List<String> workers, long requestWindow) {
        public Links {
            workers = List.copyOf(workers);
        }

        String address() {
            return Addresses.registry(incarnation);
        }
    }

    private final Links links;
    private final SlotTable table;
    private final Outbox outbox;
    private final List<Message<Object>> drains = new ArrayList<>();
    private long timer = NO_TIMER;
    private long timerDue;

    public SlotRegistryVerticle(Links links, RegistryConfig config, NodeCapacity capacity) {
        this.links = links;
        ContainerIds ids = new ContainerIds(System::currentTimeMillis, RandomGenerator.getDefault());
        this.table = new SlotTable(
                config, capacity, links.incarnation(), links.workers().size(), ids);
        this.outbox = new Outbox(links.bus()::send, links.address(), links.workers(), links.requestWindow());
    }

    @Override
    public Future<?> start() {
        return Inbox.open(links.bus(), links.address(), RegistryMessage.class, this::onMessage)
                .ready();
    }

    private void onMessage(RegistryMessage body, Message<Object> message) {
        if (body instanceof RegistryMessage.Snapshot) {
            message.reply(table.snapshot());
            return;
        }
        if (body instanceof RegistryMessage.Drain) {
            LOG.info("draining: no more calls");
            drains.add(message);
        }
        perform(table.apply(body, System.nanoTime()));
        setTimer();
    }

    private void onTimer() {
        timer = NO_TIMER;
        perform(table.tick(System.nanoTime()));
        setTimer();
    }

    /** One timer, for the earliest deadline; one that rings too early only finds nothing to do. */
    private void setTimer() {
        OptionalLong next = table.nextDeadlineNanos();
        if (next.isEmpty() || (timer != NO_TIMER && timerDue - next.getAsLong() <= 0)) {
            return;
        }
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
        timerDue = next.getAsLong();
        long delay = TimeUnit.NANOSECONDS.toMillis(timerDue - System.nanoTime()) + 1;
        timer = vertx.setTimer(Math.max(1, delay), id -> onTimer());
    }

    private void perform(List<Command> commands) {
        for (Command command : commands) {
            if (command instanceof Command.Drained) {
                drained();
            } else {
                outbox.post(command);
            }
        }
    }

    private void drained() {
        LOG.info("drained: no container is left");
        drains.forEach(request -> request.reply(null));
        drains.clear();
    }
}
