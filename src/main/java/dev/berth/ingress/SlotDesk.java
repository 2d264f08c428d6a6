package dev.berth.ingress;

import dev.berth.bus.IngressMessage;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry for slots and finds the call an answer is for. One per verticle instance, on its
 * context; holds one entry per waiting call.
 */
final class SlotDesk {

    /** A call that waits for a slot. Called exactly once per {@link #acquire} that is not cancelled. */
    interface Waiter {
        void onGranted(SlotGranted grant);

        void onRefused(SlotRefused refusal);
    }

    private static final Logger LOG = LoggerFactory.getLogger(SlotDesk.class);

    private final String address;
    private final RegistryLink registry;
    private final Map<Long, Waiter> waiters = new HashMap<>();
    private long lastTicket;

    /** @param address where the registry's answers are sent */
    SlotDesk(String address, RegistryLink registry) {
        this.address = address;
        this.registry = registry;
    }

    /** Asks for a slot; the result is the ticket to cancel with. */
    long acquire(String callId, ContainerSpec spec, Waiter waiter) {
        long ticket = ++lastTicket;
        waiters.put(ticket, waiter);
        registry.send(new AcquireSlot(address, ticket, callId, spec)).onFailure(failure -> {
            LOG.atWarn().addKeyValue("callId", callId).setCause(failure).log("slot registry does not answer");
            onMessage(new SlotRefused(ticket, ErrorCode.SERVER_BUSY.exception(), ContainerTimings.NONE));
        });
        return ticket;
    }

    /** The call no longer wants its slot; a grant under way is handed back when it comes. */
    void cancel(long ticket) {
        if (waiters.remove(ticket) != null) {
            registry.send(new CancelAcquire(address, ticket)).onFailure(SlotDesk::lost);
        }
    }

    /** Hands back a lease nothing was sent under. */
    void giveBack(SlotGranted grant) {
        registry.send(new ReturnLease(grant.containerId(), grant.lease())).onFailure(SlotDesk::lost);
    }

    void onMessage(IngressMessage message) {
        Waiter waiter = waiters.remove(message.ticket());
        if (message instanceof SlotGranted grant) {
            if (waiter == null) {
                giveBack(grant);
            } else {
                waiter.onGranted(grant);
            }
        } else if (message instanceof SlotRefused refusal && waiter != null) {
            waiter.onRefused(refusal);
        }
    }

    /** Calls waiting now. For metrics and tests; do not decide on this. */
    int waiting() {
        return waiters.size();
    }

    private static void lost(Throwable failure) {
        LOG.atWarn().setCause(failure).log("slot registry does not answer");
    }
}
