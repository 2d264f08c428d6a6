package dev.berth.ingress;

import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotAnswer;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.cluster.Placer;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The shipped slotRequests, placement and itinerary without a verticle around them, for simulations outside this package. */
public final class IngressSeat {
    private final Links links;
    private final SlotRequests slotRequests;
    private final Itinerary.Planner planner;
    private final Set<Placed> open = new LinkedHashSet<>();

    /** The way out. */
    public interface Links {
        long now();

        /** Fails if nobody is there to take the message. */
        Future<Void> send(String registry, RegistryMessage message);

        /** Asks a node who has containers; {@code late} if it does not answer soon. */
        void ask(String node, WhoHas question, Runnable late);

        /** A request goes out for this call. */
        void asking(Placed call, String registry, boolean remote);

        /** Send the call to its worker. */
        void open(Placed call, SlotGranted grant);
    }

    public IngressSeat(String address, String incarnation, Placer placer, Links links) {
        this.planner = ClusterItinerary.planner(placer, incarnation);
        this.links = links;
        this.slotRequests = new SlotRequests(address, new Registries() {
            @Override
            public Future<Void> send(String registry, RegistryMessage message) {
                return links.send(registry, message);
            }

            @Override
            public void ask(String node, WhoHas question, Runnable late) {
                links.ask(node, question, late);
            }
        });
    }

    /** Places a call; {@code end} is told of its end once, with null for success. */
    public Placed place(String callId, ContainerSpec spec, long nanos, Consumer<RunnerException> end) {
        Placed call = new Placed(callId, spec, nanos, end);
        open.add(call);
        return call;
    }

    public void answer(SlotAnswer answer) {
        slotRequests.onAnswer(answer);
    }

    public void nodeLost(String lost) {
        slotRequests.nodeLost(lost);
    }

    public void stoodStill() {
        slotRequests.stoodStill();
    }

    public void repeatRequests() {
        slotRequests.repeatRequests();
    }

    public List<Placed> open() {
        return new ArrayList<>(open);
    }

    /** One call, as a stream to its worker sees it. */
    public final class Placed implements CallPlacement.Actions, SlotRequests.Waiter {
        public final String callId;
        private final ContainerSpec spec;
        private final Deadline deadline;
        private final Consumer<RunnerException> end;
        private final CallPlacement placement;
        private long ticket;

        private Placed(String callId, ContainerSpec spec, long nanos, Consumer<RunnerException> end) {
            this.callId = callId;
            this.spec = spec;
            this.end = end;
            this.deadline = Deadline.after(links.now(), nanos);
            this.placement = new CallPlacement(this, () -> planner.plan(spec), deadline, nanos);
        }

        public void start() {
            placement.start();
        }

        public void taken() {
            placement.taken();
        }

        public void finished(RunnerException error) {
            placement.finished(error);
        }

        public void failed(RunnerException why) {
            placement.failed(why);
        }

        public void deadlinePassed() {
            placement.deadlinePassed();
        }

        /** As if the worker had said that the slot is gone, whatever was sent: for a planted mistake. */
        public void placeAgain() {
            open.remove(this);
            Placed again = place(callId, spec, deadline.nanos() - links.now(), end);
            again.start();
        }

        @Override
        public void acquire(Itinerary.Stop stop) {
            if (!stop.isQuestion()) {
                links.asking(this, stop.registry(), stop.remote());
            }
            ticket = slotRequests.acquire(stop.within(deadline, links.now()), callId, spec, this);
        }

        @Override
        public void withdraw() {
            slotRequests.cancel(ticket);
        }

        @Override
        public void giveBack(SlotGranted grant) {
            slotRequests.giveBack(grant);
        }

        @Override
        public void open(SlotGranted grant, Deadline until) {
            links.open(this, grant);
        }

        @Override
        public void slotLost() {}

        @Override
        public void cancelStream(RunnerException why) {}

        @Override
        public void end(RunnerException error) {
            open.remove(this);
            end.accept(error);
        }

        @Override
        public void onGranted(SlotGranted grant) {
            placement.granted(grant, links.now());
        }

        @Override
        public void onRefused(SlotRefused refusal) {
            placement.refused(refusal, links.now());
        }

        @Override
        public void onTold(List<Holder> holders) {
            placement.told(holders, links.now());
        }

        @Override
        public void onUnanswered() {
            placement.unanswered(links.now());
        }
    }
}
