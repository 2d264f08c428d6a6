package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.RegistryMessage;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Places the calls of one process by the rules: again until a RunCall was written, and never after. */
final class SimIngress {
    private static final long MS = 1_000_000L;
    private static final int MOST_PLACEMENTS = 8;

    private final SimNode node;
    private final SimBug bug;
    private final Map<Long, SimCall> waiting = new HashMap<>();
    private final Set<SimCall> open = new LinkedHashSet<>();
    private long tickets;

    /** What a worker is asked to run. */
    record Run(String containerId, long lease, SimCall call, String replyTo) {}

    /** What a worker answers. */
    record End(SimCall call, boolean slotGone) {}

    SimIngress(SimNode node, SimBug bug) {
        this.node = node;
        this.bug = bug;
    }

    void start(SimCall call) {
        if (node.draining) {
            call.end(SimCall.Outcome.NACK);
            return;
        }
        open.add(call);
        node.in(20_000 * MS, () -> deadline(call));
        place(call);
    }

    boolean isIdle() {
        return open.isEmpty();
    }

    /** The process is dead. */
    void die() {
        open.forEach(call -> call.end(SimCall.Outcome.CLIENT_LOST));
        open.clear();
    }

    private void place(SimCall call) {
        call.state = SimCall.State.WAITING;
        call.next = 0;
        call.tries = ++call.placements > MOST_PLACEMENTS ? List.of() : node.candidates(call.spec);
        next(call);
    }

    private void next(SimCall call) {
        if (call.next >= call.tries.size()) {
            end(call, SimCall.Outcome.NACK);
            return;
        }
        Candidate candidate = call.tries.get(call.next++);
        long ticket = ++tickets;
        call.ticket = ticket;
        call.target = candidate.incarnation();
        waiting.put(ticket, call);
        String registry = Addresses.registry(call.target);
        node.send(
                registry,
                new RegistryMessage.AcquireSlot(node.ingressAddress(), ticket, call.id, call.spec),
                () -> again(ticket));
        if (candidate.mode() != Candidate.Mode.QUEUE) {
            long limit = candidate.mode() == Candidate.Mode.WAIT ? candidate.limitNanos() + 50 * MS : 2_000 * MS;
            node.in(limit, () -> {
                if (waiting.get(ticket) == call) {
                    node.send(registry, new RegistryMessage.CancelAcquire(node.ingressAddress(), ticket), () -> {});
                    again(ticket);
                }
            });
        }
    }

    /** This try has come to nothing. */
    private void again(long ticket) {
        SimCall call = waiting.remove(ticket);
        if (call != null) {
            next(call);
        }
    }

    void receive(Object message) {
        if (message instanceof IngressMessage.SlotGranted granted) {
            granted(granted);
        } else if (message instanceof IngressMessage.SlotRefused refused) {
            again(refused.ticket());
        } else if (message instanceof End end && end.call.state == SimCall.State.SENT) {
            if (end.slotGone) {
                place(end.call);
            } else {
                end(end.call, SimCall.Outcome.SUCCESS);
            }
        }
    }

    private void granted(IngressMessage.SlotGranted granted) {
        SimCall call = waiting.remove(granted.ticket());
        if (call == null) {
            node.send(
                    granted.registry(),
                    new RegistryMessage.ReturnLease(granted.containerId(), granted.lease()),
                    () -> {});
            return;
        }
        call.state = SimCall.State.SENT;
        call.target = Addresses.incarnation(granted.worker());
        int placement = call.placements;
        node.send(
                granted.worker(), new Run(granted.containerId(), granted.lease(), call, node.ingressAddress()), () -> {
                    if (call.state == SimCall.State.SENT && call.placements == placement) {
                        place(call);
                    }
                });
    }

    void nodeLost(String incarnation) {
        for (SimCall call : List.copyOf(open)) {
            if (!call.target.equals(incarnation)) {
                continue;
            }
            if (call.state == SimCall.State.WAITING) {
                again(call.ticket);
            } else if (bug == SimBug.PLACED_AGAIN_AFTER_RUN_CALL) {
                place(call);
            } else {
                end(call, SimCall.Outcome.PEER_LOST);
            }
        }
    }

    private void deadline(SimCall call) {
        if (call.state == SimCall.State.WAITING) {
            waiting.remove(call.ticket);
            node.send(
                    Addresses.registry(call.target),
                    new RegistryMessage.CancelAcquire(node.ingressAddress(), call.ticket),
                    () -> {});
        }
        if (call.state != SimCall.State.OVER) {
            end(call, SimCall.Outcome.TIMEOUT);
        }
    }

    private void end(SimCall call, SimCall.Outcome outcome) {
        open.remove(call);
        call.end(outcome);
    }
}
