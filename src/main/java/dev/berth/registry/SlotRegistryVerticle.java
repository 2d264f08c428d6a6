package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.Inbox;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Ulids;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import dev.berth.why.SlotFacts;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slot registry of a node: puts what arrives on the bus through the {@link SlotTable}, and sends what it
 * decides. One instance per node, so one thread, which never blocks.
 *
 * <p>Takes every {@link RegistryMessage}. {@link RegistryMessage.Snapshot} is answered at once,
 * {@link RegistryMessage.Drain} with an empty body when no container is left.
 *
 * <p>A turn that throws is a bug, and leaves a table that nobody knows the state of. What it has decided is carried
 * out; then every waiting call is refused, as are all that come, and the node is asked to stop.
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
     * @param failed told, once, that no call can be placed on this node any more; it must stop
     * @param observer hears what is decided
     */
    public record Parts(
            EventBus bus,
            String incarnation,
            List<String> workers,
            long requestWindow,
            Runnable failed,
            SlotObserver observer) {
        public Parts {
            workers = List.copyOf(workers);
        }

        /** As the other, with nobody to hear of it. */
        public Parts(EventBus bus, String incarnation, List<String> workers, long requestWindow, Runnable failed) {
            this(bus, incarnation, workers, requestWindow, failed, SlotObserver.NONE);
        }

        String address() {
            return Addresses.registry(incarnation);
        }
    }

    private final Parts parts;
    private final SlotTable table;
    private final Outbox outbox;
    private final List<Message<Object>> drains = new ArrayList<>();
    private final List<Message<Object>> idleRequests = new ArrayList<>();
    private final List<Message<Object>> leftRequests = new ArrayList<>();
    /** Calls that have been neither granted a slot nor refused; kept apart from the table, which may fail. */
    private final Map<Waiter.Id, String> unanswered = new LinkedHashMap<>();

    private long timer = NO_TIMER;
    private long timerDue;
    private boolean broken;

    public SlotRegistryVerticle(Parts parts, RegistryConfig config, NodeCapacity capacity) {
        this(parts, config, capacity, new Ulids(System::currentTimeMillis, RandomGenerator.getDefault()));
    }

    /** @param ids makes a new name for each container */
    SlotRegistryVerticle(Parts parts, RegistryConfig config, NodeCapacity capacity, Supplier<String> ids) {
        this.parts = parts;
        this.table = new SlotTable(
                config, capacity, parts.incarnation(), parts.workers().size(), ids, parts.observer());
        this.outbox = new Outbox(parts.bus()::send, parts.address(), parts.workers(), parts.requestWindow());
    }

    @Override
    public Future<?> start() {
        return Inbox.open(parts.bus(), parts.address(), RegistryMessage.class, this::onMessage)
                .ready();
    }

    private void onMessage(RegistryMessage body, Message<Object> message) {
        if (broken) {
            onMessageWhenBroken(body, message);
            return;
        }
        if (body instanceof RegistryMessage.Snapshot) {
            message.reply(table.snapshot());
            return;
        }
        if (body instanceof RegistryMessage.Changes) {
            message.reply(table.changes());
            return;
        }
        if (body instanceof RegistryMessage.AwaitIdle) {
            idleRequests.add(message);
            answerIfIdle();
            return;
        }
        if (body instanceof RegistryMessage.AwaitLeft) {
            leftRequests.add(message);
            answerIfIdle();
            return;
        }
        if (body instanceof RegistryMessage.Drain) {
            LOG.info("draining: no more calls");
            drains.add(message);
        } else if (body instanceof AcquireSlot acquire) {
            unanswered.put(new Waiter.Id(acquire.replyTo(), acquire.ticket()), acquire.callId());
        } else if (body instanceof CancelAcquire cancel) {
            unanswered.remove(new Waiter.Id(cancel.replyTo(), cancel.ticket()));
        }
        turn(() -> table.apply(body, System.nanoTime()));
    }

    /** Containers are nobody's here any more; they end with the node's workers. */
    private void onMessageWhenBroken(RegistryMessage body, Message<Object> message) {
        if (body instanceof AcquireSlot acquire) {
            post(refusal(new Waiter.Id(acquire.replyTo(), acquire.ticket()), acquire.callId()));
        } else if (body instanceof RegistryMessage.Drain
                || body instanceof RegistryMessage.AwaitIdle
                || body instanceof RegistryMessage.AwaitLeft) {
            message.reply(null);
        } else if (body instanceof RegistryMessage.Snapshot) {
            message.fail(ErrorCode.INTERNAL.number(), "the slot registry has failed");
        }
    }

    private void onTimer() {
        timer = NO_TIMER;
        turn(() -> table.tick(System.nanoTime()));
    }

    private void turn(Supplier<List<Command>> turn) {
        if (broken) {
            return;
        }
        List<Command> commands;
        try {
            commands = turn.get();
        } catch (RuntimeException bug) {
            noteFailure(bug);
            commands = table.decided();
        }
        commands.forEach(this::post);
        if (broken) {
            giveUp();
        } else {
            setTimer();
            answerIfIdle();
        }
    }

    private void noteFailure(RuntimeException bug) {
        if (!broken) {
            broken = true;
            LOG.atError()
                    .setCause(bug)
                    .log("the slot registry has failed: calls are refused, and the runner stops to be started again");
        }
    }

    private void giveUp() {
        List<Command> refusals = new ArrayList<>();
        unanswered.forEach((id, callId) -> refusals.add(refusal(id, callId)));
        refusals.forEach(this::post);
        answer(drains);
        answer(idleRequests);
        answer(leftRequests);
        parts.failed().run();
    }

    private static Command refusal(Waiter.Id id, String callId) {
        return new Command.Refuse(
                id.replyTo(),
                id.ticket(),
                callId,
                ErrorCode.SERVER_BUSY.exception(),
                ContainerTimings.NONE,
                SlotFacts.refused(SlotFacts.Refused.REGISTRY_SILENT),
                null);
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

    /** A command that cannot be sent leaves the others of its turn to be sent, and is as bad as a failed turn. */
    private void post(Command command) {
        try {
            if (command instanceof Command.Drained) {
                drained();
                return;
            }
            outbox.post(command);
            if (command instanceof Command.Grant grant) {
                unanswered.remove(new Waiter.Id(grant.replyTo(), grant.ticket()));
            } else if (command instanceof Command.Refuse refuse) {
                unanswered.remove(new Waiter.Id(refuse.replyTo(), refuse.ticket()));
            }
        } catch (RuntimeException bug) {
            noteFailure(bug);
        }
    }

    private void drained() {
        LOG.info("drained: no container is left");
        answer(drains);
    }

    private void answerIfIdle() {
        if (!idleRequests.isEmpty() && table.isIdle()) {
            answer(idleRequests);
        }
        if (!leftRequests.isEmpty() && table.isBusy()) {
            answer(leftRequests);
        }
    }

    private static void answer(List<Message<Object>> requests) {
        requests.forEach(request -> request.reply(null));
        requests.clear();
    }
}
