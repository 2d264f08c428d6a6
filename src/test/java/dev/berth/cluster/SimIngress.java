package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.RegistryMessage;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.ingress.IngressSeat;
import dev.berth.ingress.IngressSeat.Placed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The calls of one process: the shipped placement and itineraries, and streams to workers that are made up. */
final class SimIngress implements IngressSeat.Links {
    private static final long MS = 1_000_000L;
    private static final long CALL_NANOS = 20_000 * MS;
    private static final long REPEAT_NANOS = 2_000 * MS;
    private static final long HOLDERS_NANOS = 50 * MS;

    private final SimNode node;
    private final SimBug bug;
    private final IngressSeat seat;
    private final Map<String, SimCall> open = new HashMap<>();
    private long stoodStillAt = -1;

    /** What a worker is asked to run. */
    record Run(String containerId, long lease, SimCall call, int sent, String replyTo) {}

    /** What a worker answers: that it took the call, or how it ended. */
    record Answer(SimCall call, int sent, Kind kind) {
        enum Kind {
            TAKEN,
            DONE,
            SLOT_GONE
        }
    }

    SimIngress(SimNode node, Placer placer, SimBug bug) {
        this.node = node;
        this.bug = bug;
        this.seat = new IngressSeat(node.ingressAddress(), node.incarnation(), placer, this);
        node.in(REPEAT_NANOS, this::repeatRequests);
    }

    private void repeatRequests() {
        seat.repeatRequests();
        node.in(REPEAT_NANOS, this::repeatRequests);
    }

    void start(SimCall call) {
        if (node.draining) {
            call.end(SimCall.Outcome.NACK);
            return;
        }
        open.put(call.id, call);
        call.placed = seat.place(call.id, call.spec, CALL_NANOS, error -> end(call, error));
        node.in(
                CALL_NANOS,
                () -> seat.open().stream()
                        .filter(placed -> placed.callId.equals(call.id))
                        .forEach(Placed::deadlinePassed));
        call.placed.start();
    }

    boolean isIdle() {
        return open.isEmpty();
    }

    /** The process is dead. */
    void die() {
        open.values().forEach(call -> call.end(SimCall.Outcome.CLIENT_LOST));
        open.clear();
    }

    @Override
    public long now() {
        return node.now();
    }

    @Override
    public Future<Void> send(String registry, RegistryMessage message) {
        Promise<Void> refused = Promise.promise();
        node.send(registry, message, () -> refused.tryFail("nobody is there"));
        return refused.future();
    }

    @Override
    public void ask(String home, ClusterMessage.WhoHas question, Runnable late) {
        node.send(home, question, late);
        node.in(HOLDERS_NANOS, late);
    }

    @Override
    public void asking(Placed placed, String registry, boolean remote) {
        SimCall call = open.get(placed.callId);
        call.placed = placed;
        call.worker = "";
        call.askedAt = now();
        call.askedElsewhere = remote;
        if (remote && ++call.remoteRequests > PlacementOrder.MOST_REMOTE) {
            throw new SimFailure(call.id + " is tried at more than " + PlacementOrder.MOST_REMOTE + " other nodes");
        }
    }

    @Override
    public void open(Placed placed, SlotGranted grant) {
        SimCall call = open.get(placed.callId);
        if (call.askedElsewhere && call.askedAt < stoodStillAt) {
            throw new SimFailure(call.id + " uses a grant of the time before its node stood still");
        }
        call.worker = Addresses.incarnation(grant.worker());
        int sent = ++call.sent;
        Run run = new Run(grant.containerId(), grant.lease(), call, sent, node.ingressAddress());
        node.send(grant.worker(), run, () -> {
            if (open.containsKey(call.id) && call.sent == sent) {
                placed.failed(ErrorCode.UNDELIVERED.exception());
            }
        });
    }

    void receive(Object message) {
        if (message instanceof IngressMessage.SlotAnswer answer) {
            seat.answer(answer);
        } else if (message instanceof Answer answer
                && open.containsKey(answer.call.id)
                && answer.call.sent == answer.sent
                && !answer.call.worker.isEmpty()) {
            Placed placed = answer.call.placed;
            switch (answer.kind) {
                case TAKEN -> placed.taken();
                case DONE -> placed.finished(null);
                case SLOT_GONE -> placed.finished(ErrorCode.SLOT_GONE.exception());
            }
        }
    }

    /** Its streams end first, as in an ingress. */
    void nodeLost(String incarnation) {
        for (SimCall call : List.copyOf(open.values())) {
            if (!call.worker.equals(incarnation)) {
                continue;
            }
            if (bug == SimBug.PLACED_AGAIN_AFTER_RUN_CALL) {
                call.placed.placeAgain();
            } else {
                call.placed.failed(ErrorCode.PEER_LOST.exception());
            }
        }
        seat.nodeLost(incarnation);
    }

    /** This process stood still. */
    void stoodStill() {
        stoodStillAt = now();
        if (bug != SimBug.GRANT_USED_AFTER_A_PAUSE) {
            seat.stoodStill();
        }
    }

    private void end(SimCall call, RunnerException error) {
        open.remove(call.id);
        call.end(outcome(error));
    }

    private static SimCall.Outcome outcome(RunnerException error) {
        if (error == null) {
            return SimCall.Outcome.SUCCESS;
        }
        return switch (error.code()) {
            case PEER_LOST -> SimCall.Outcome.PEER_LOST;
            case CALL_TIMEOUT -> SimCall.Outcome.TIMEOUT;
            case SERVER_BUSY, SLOT_GONE, UNDELIVERED -> SimCall.Outcome.NACK;
            default -> throw new SimFailure("a call ends with " + error.code());
        };
    }
}
