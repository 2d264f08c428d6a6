package dev.berth.ingress;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.Inbox;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RunCall;
import dev.berth.bus.WhyMessage;
import dev.berth.cluster.ClusterBoard;
import dev.berth.stream.FrameStream;
import dev.berth.stream.StreamEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.tracing.TracingPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One ingress instance's way to registries and to workers. */
public final class NodeBus implements Registries, WorkerLink {
    private static final long REPEAT_MILLIS = 2_000;
    private static final long WHY_MILLIS = 300;
    /** Of a node that is asked who has containers: several times what it takes, and little beside a start. */
    private static final long HOLDERS_MILLIS = 50;

    private static final Duration SNAPSHOT_LIMIT = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final EventBus bus;
    private final String registry;
    private final DeliveryOptions here =
            new DeliveryOptions().setLocalOnly(true).setTracingPolicy(TracingPolicy.IGNORE);
    private final DeliveryOptions elsewhere = new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);
    private final String incarnation;
    private final Itinerary.Planner planner;
    private final Map<String, MessageProducer<RegistryMessage>> toOthers = new HashMap<>();
    private final Map<String, MessageProducer<WhoHas>> toHomes = new HashMap<>();
    private final MessageProducer<RegistryMessage> toRegistry;
    private final StreamEndpoint streams;
    private final SlotRequests slotRequests;
    private final Inbox<IngressMessage> answers;

    private NodeBus(
            Vertx vertx,
            EventBus bus,
            String incarnation,
            String address,
            StreamEndpoint streams,
            @Nullable ClusterBoard cluster) {
        this.vertx = vertx;
        this.bus = bus;
        this.incarnation = incarnation;
        this.registry = Addresses.registry(incarnation);
        this.planner = planner(cluster);
        this.toRegistry = bus.sender(registry, here);
        this.streams = streams;
        this.slotRequests = new SlotRequests(address, this);
        this.answers = Inbox.open(bus, address, IngressMessage.class, (told, message) -> onMessage(told));
    }

    /** On the current context, which must be an event loop's. */
    public static Future<NodeBus> open(Vertx vertx, NodeParts node, int instance) {
        String incarnation = node.incarnation();
        String address = Addresses.ingress(incarnation, instance);
        return StreamEndpoint.bind(vertx, address, node.stream()).compose(streams -> {
            NodeBus bus = new NodeBus(vertx, node.bus(), incarnation, address, streams, node.cluster());
            if (node.cluster() != null) {
                vertx.setPeriodic(REPEAT_MILLIS, tick -> bus.slotRequests.repeatRequests());
            }
            return bus.answers.ready().map(bus);
        });
    }

    private void onMessage(IngressMessage told) {
        if (told instanceof IngressMessage.SlotAnswer answer) {
            slotRequests.onAnswer(answer);
        } else if (told instanceof IngressMessage.WaitedInVain waited) {
            slotRequests.onExplained(waited);
        } else if (told instanceof RegistryMessage.NodeLost lost) {
            toOthers.remove(Addresses.registry(lost.incarnation()));
            toHomes.remove(Addresses.node(lost.incarnation()));
            streams.peerLost(lost.incarnation());
            slotRequests.nodeLost(lost.incarnation());
        } else if (told instanceof IngressMessage.StoodStill) {
            slotRequests.stoodStill();
        }
    }

    public SlotRequests slotRequests() {
        return slotRequests;
    }

    @Override
    public Future<Void> send(String to, RegistryMessage message) {
        return to.equals(registry)
                ? toRegistry.write(message)
                : toOthers.computeIfAbsent(to, other -> bus.sender(other, elsewhere))
                        .write(message);
    }

    @Override
    public void ask(String node, WhoHas question, Runnable late) {
        DeliveryOptions how = Addresses.sameNode(node, registry) ? here : elsewhere;
        toHomes.computeIfAbsent(node, home -> bus.sender(home, how))
                .write(question)
                .onFailure(refused -> late.run());
        vertx.setTimer(HOLDERS_MILLIS, timer -> late.run());
    }

    private Itinerary.Planner planner(@Nullable ClusterBoard cluster) {
        return cluster == null ? ownPlanner() : ClusterItinerary.planner(cluster.placer(), incarnation);
    }

    /** Asks whoever is best asked. */
    public Itinerary.Planner planner() {
        return planner;
    }

    /** Asks this node's registry alone. */
    public Itinerary.Planner ownPlanner() {
        return Itinerary.Planner.only(registry);
    }

    @Override
    public FrameStream open(String worker, RunCall call, long requestWindow) {
        return streams.open(worker, call, requestWindow);
    }

    public Future<NodeSnapshot> snapshot() {
        return snapshot(bus, incarnation);
    }

    /** Asks a node's own registry; on any thread. */
    public static Future<NodeSnapshot> snapshot(EventBus bus, String incarnation) {
        return bus.<NodeSnapshot>request(
                        Addresses.registry(incarnation),
                        new RegistryMessage.Snapshot(),
                        new DeliveryOptions().setLocalOnly(true).setSendTimeout(SNAPSHOT_LIMIT.toMillis()))
                .map(reply -> reply.body());
    }

    /** Asks another node what it has kept of a call; fails if it does not answer soon. */
    public Future<WhyMessage.Told> askWhy(String node, String callId) {
        DeliveryOptions soon = new DeliveryOptions(elsewhere).setSendTimeout(WHY_MILLIS);
        return bus.request(Addresses.why(node), new WhyMessage.Asked(callId), soon)
                .compose(reply -> reply.body() instanceof WhyMessage.Told told
                        ? Future.succeededFuture(told)
                        : Future.failedFuture("not an answer: " + reply.body()));
    }

    /** Streams to workers that are live. For metrics and tests. */
    public int streams() {
        return streams.active();
    }

    /** Ends every call that still runs. */
    public Future<Void> close() {
        return streams.close().eventually(() -> answers.close());
    }
}
