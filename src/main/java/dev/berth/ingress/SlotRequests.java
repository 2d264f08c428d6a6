package dev.berth.ingress;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.IngressMessage.Holders;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotAnswer;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.IngressMessage.WaitedInVain;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.call.ContainerSpec;
import dev.berth.why.SlotFacts;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Asks registries for slots and finds the call an answer is for. One per verticle instance, on its
 * context; holds one entry per waiting call.
 */
public final class SlotRequests {

    /** A call that waits for a slot. Called exactly once per {@link #acquire} that is not cancelled. */
    interface Waiter {
        void onGranted(SlotGranted grant);

        void onRefused(SlotRefused refusal);

        /** The registry could not be asked, or is lost. */
        void onUnanswered();

        /** What a node knows that was asked who has containers; empty if it has not answered. */
        void onTold(List<Holder> holders);
    }

    /**
     * @param request said again from time to time to another node: it may be lost on its way, or its answer
     * @param isQuestion nobody has this call waiting
     */
    private record Wait(
            String registry, Waiter waiter, @Nullable AcquireSlot request, boolean isQuestion) {
        @Nullable
        String node() {
            return Addresses.incarnation(registry);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SlotRequests.class);
    private static final int MAX_CURIOUS = 256;

    private final String address;
    private final String incarnation;
    private final Registries link;
    private final Map<Long, Wait> waits = new HashMap<>();
    /** Those who have given up and are told why they had to wait. An answer may be lost, so the oldest are let go. */
    private final Map<Long, Consumer<SlotFacts>> curious = new LinkedHashMap<>();

    private long lastTicket;

    /** @param address where the registries' answers are sent */
    SlotRequests(String address, Registries link) {
        this.address = address;
        this.incarnation = Objects.requireNonNullElse(Addresses.incarnation(address), "");
        this.link = link;
    }

    /** Asks for a slot; the result is the ticket to cancel with. */
    long acquire(Itinerary.Stop stop, String callId, ContainerSpec spec, Waiter waiter) {
        long ticket = ++lastTicket;
        if (stop.isQuestion()) {
            ask(stop.registry(), ticket, spec, waiter);
            return ticket;
        }
        AcquireSlot request = new AcquireSlot(address, ticket, callId, spec, stop.mode(), stop.patience());
        waits.put(ticket, new Wait(stop.registry(), waiter, stop.remote() ? request : null, false));
        link.send(stop.registry(), request).onFailure(failure -> {
            LOG.atLevel(stop.remote() ? Level.DEBUG : Level.WARN)
                    .addKeyValue("callId", callId)
                    .addKeyValue("registry", stop.registry())
                    .setCause(failure)
                    .log("slot registry does not answer");
            unanswered(ticket);
        });
        return ticket;
    }

    private void ask(String node, long ticket, ContainerSpec spec, Waiter waiter) {
        String home = Addresses.node(node);
        waits.put(ticket, new Wait(home, waiter, null, true));
        WhoHas question = new WhoHas(incarnation, address, ticket, spec.key().hash64());
        link.ask(home, question, () -> unanswered(ticket));
    }

    /** The call no longer wants its slot; a grant under way is handed back when it comes. */
    void cancel(long ticket) {
        Wait wait = waits.remove(ticket);
        if (wait != null && !wait.isQuestion()) {
            link.send(wait.registry(), new CancelAcquire(address, ticket)).onFailure(SlotRequests::lost);
        }
    }

    /**
     * The same for a call whose time is over.
     *
     * @param explained told what it waited for, if the registry can say
     */
    void giveUp(long ticket, Consumer<SlotFacts> explained) {
        Wait wait = waits.remove(ticket);
        if (wait == null || wait.isQuestion()) {
            return;
        }
        curious.put(ticket, explained);
        if (curious.size() > MAX_CURIOUS) {
            curious.remove(curious.keySet().iterator().next());
        }
        link.send(wait.registry(), new CancelAcquire(address, ticket, true)).onFailure(SlotRequests::lost);
    }

    void onExplained(WaitedInVain waited) {
        Consumer<SlotFacts> explained = curious.remove(waited.ticket());
        if (explained != null) {
            explained.accept(waited.facts());
        }
    }

    /**
     * Says every request again that another node has not answered yet. There a request that waits is known by its ticket, and
     * counts once; a second grant for one that was answered meanwhile is handed back.
     */
    void repeatRequests() {
        waits.forEach((ticket, wait) -> {
            if (wait.request() != null) {
                link.send(wait.registry(), wait.request()).onFailure(failure -> unanswered(ticket));
            }
        });
    }

    /**
     * This process stood still: what other nodes grant to requests of the time before is not used any more, for they may
     * have given it to others.
     */
    void stoodStill() {
        waits.entrySet().stream()
                .filter(wait -> wait.getValue().request() != null)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(ticket -> {
                    Wait wait = waits.get(ticket);
                    if (wait != null) {
                        link.send(wait.registry(), new CancelAcquire(address, ticket))
                                .onFailure(SlotRequests::lost);
                        unanswered(ticket);
                    }
                });
    }

    /** Hands back a lease nothing was sent under. */
    void giveBack(SlotGranted grant) {
        link.send(grant.registry(), new ReturnLease(grant.containerId(), grant.lease()))
                .onFailure(SlotRequests::lost);
    }

    void onAnswer(SlotAnswer answer) {
        Wait wait = waits.get(answer.ticket());
        if (wait != null && wait.isQuestion() != answer instanceof Holders) {
            // An answer to something else: somebody is mistaken, or makes it up.
            wait = null;
        } else {
            waits.remove(answer.ticket());
        }
        if (answer instanceof SlotGranted grant) {
            if (wait == null) {
                giveBack(grant);
            } else {
                wait.waiter().onGranted(grant);
            }
        } else if (answer instanceof SlotRefused refusal && wait != null) {
            wait.waiter().onRefused(refusal);
        } else if (answer instanceof Holders told && wait != null) {
            wait.waiter().onTold(told.holders());
        }
    }

    /** Nobody waits for a node that is lost; what it still grants is handed back. */
    void nodeLost(String lost) {
        waits.entrySet().stream()
                .filter(wait -> lost.equals(wait.getValue().node()))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::unanswered);
    }

    private void unanswered(long ticket) {
        Wait wait = waits.remove(ticket);
        if (wait != null && wait.isQuestion()) {
            wait.waiter().onTold(List.of());
        } else if (wait != null) {
            wait.waiter().onUnanswered();
        }
    }

    /** Calls waiting now. For metrics and tests; do not decide on this. */
    public int waiting() {
        return waits.size();
    }

    private static void lost(Throwable failure) {
        LOG.atDebug().setCause(failure).log("slot registry does not answer");
    }
}
