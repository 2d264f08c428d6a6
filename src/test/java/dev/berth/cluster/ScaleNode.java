package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.MessageSize;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.ingress.IngressSeat;
import dev.berth.ingress.IngressSeat.Placed;
import dev.berth.registry.RegistrySeat;
import dev.berth.why.SlotFacts;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One node of {@link ScaleWorld}. */
final class ScaleNode implements IngressSeat.Links {
    private static final long MS = ScaleWorld.MS;
    private static final long START_NANOS = 450 * MS;
    private static final long REMOVAL_NANOS = 50 * MS;
    private static final long TICK_NANOS = 100 * MS;
    private static final long CALL_NANOS = 60_000 * MS;
    private static final long BEAT_BYTES = MessageSize.of(new ClusterMessage.Beat("0".repeat(36), 1 << 14));

    final String incarnation;
    private final ScaleWorld world;
    private final int index;
    private final RegistrySeat registry;
    private final IngressSeat ingress;
    private final DigestStreams streams;
    private final Directory directory;
    private final OwnQueues queues;
    private final ClusterBoard board;
    private final Map<Placed, Call> calls = new HashMap<>();
    private final Map<String, Long> running = new HashMap<>();
    /** Of whose queues this node keeps a directory. */
    private final Map<String, NodePlace> heardOf = new HashMap<>();

    /** What others have heard of this node. */
    private final Hints told = new Hints();

    private NodePlace shown;
    private NodePlace own;
    private long ownVersion;
    private long shownPicture = -1;
    private int containers;
    private int placedCalls;
    private long timerDue = Long.MAX_VALUE;

    private record Call(long arrived, long serviceNanos) {}

    ScaleNode(ScaleWorld world, int index, Member member) {
        this.world = world;
        this.index = index;
        this.incarnation = member.incarnation();
        this.registry = new RegistrySeat(
                incarnation,
                world.slotsOfOne * ScaleWorld.SLOT_MIB << 20,
                world.waitersOfOne,
                () -> index + "-" + ++containers,
                this::sendOfRegistry);
        this.streams = new DigestStreams(incarnation, homes() ? 1 : Integer.MAX_VALUE, 50 * MS, 500 * MS);
        this.directory = new Directory(incarnation);
        this.queues = new OwnQueues(streams);
        this.board = new ClusterBoard(member, 1);
        this.shown = new NodePlace(incarnation, told.copy());
        this.own = shown;
        Random random = new Random(index + world.setup.seed() - 1);
        Picker picker = world.setup.scheme() == ScaleSetup.Scheme.FULLEST_FIRST
                ? ScaleNode::fullest
                : Picker.twoAtRandom(random);
        this.ingress = new IngressSeat(Addresses.ingress(incarnation, 0), incarnation, new Placer(board, picker), this);
    }

    private boolean homes() {
        return world.setup.scheme() == ScaleSetup.Scheme.HOMES;
    }

    /** What placement would do if it trusted what it has heard. */
    private static List<NodePlace> fullest(ClusterView view, long hash) {
        List<NodePlace> order = view.holders(hash);
        order.sort(Comparator.comparingInt(
                place -> place.hints().debited(hash) - place.hints().entry(hash).idle()));
        return order.subList(0, Math.min(2, order.size()));
    }

    /** Each at its own time of a tick. What all are told alike is told to one who stands for them. */
    void start() {
        if (world.setup.isCluster()) {
            streams.peers(homes() ? world.peers : List.of(world.peers.get(index == 0 ? 1 : 0)));
        }
        tell();
        world.clock.in(world.random.nextLong(TICK_NANOS), this::tick);
    }

    void call(ContainerSpec spec, long serviceNanos) {
        showPicture();
        Placed placed = ingress.place("call-" + index + "-" + ++placedCalls, spec, CALL_NANOS, error -> {
            if (error != null) {
                world.figures.notPlaced();
            }
        });
        calls.put(placed, new Call(now(), serviceNanos));
        placed.start();
    }

    /** Made only when somebody looks: between two looks it does not matter how often it has changed. */
    private void showPicture() {
        if (!world.setup.isCluster() || shownPicture == world.pictures()) {
            return;
        }
        shownPicture = world.pictures();
        List<NodePlace> up = new ArrayList<>(world.nodes.size());
        for (ScaleNode node : world.nodes) {
            if (node != this && !node.shown.hints().isEmpty()) {
                up.add(node.shown);
            }
        }
        board.put(new ClusterPicture(shownPicture + 1, new ClusterView(own, up), List.of(), up.size() + 1, homes()));
    }

    private void tick() {
        tell();
        world.clock.in(TICK_NANOS, this::tick);
    }

    private void tell() {
        queues.read(registry.changes());
        Hints now = new Hints();
        NodeFigures figures = queues.figures();
        now.take(
                new Digest(
                        incarnation,
                        ClusterMessage.PROTOCOL,
                        ++ownVersion,
                        0,
                        false,
                        figures.freeMemoryBytes(),
                        figures.freeCpuMillis(),
                        figures.load(),
                        List.of()),
                now());
        own = own.with(now);
        if (world.setup.isCluster()) {
            for (DigestStreams.Told one : streams.next(now())) {
                tell(one.incarnation(), one.message());
            }
        }
    }

    private void tell(String receiver, ClusterMessage said) {
        long receivers = homes() ? 1 : world.nodes.size() - 1;
        if (receiver.equals(incarnation)) {
            if (said instanceof Digest digest) {
                directory.own(digest, now());
            }
        } else if (said instanceof Digest digest) {
            world.figures.toldDigest(receivers, MessageSize.of(digest));
            ScaleNode to = world.byIncarnation.get(receiver);
            world.clock.in(ScaleWorld.LINK_NANOS, () -> to.hear(this, digest));
        } else {
            world.figures.beat(receivers * BEAT_BYTES);
        }
    }

    /** Of a node as a whole all others know what one of them does, as late as the last of them. */
    private void hear(ScaleNode from, Digest digest) {
        if (!homes()) {
            from.told.take(digest, now());
            from.show(from.told.copy());
            return;
        }
        NodePlace place = heardOf.computeIfAbsent(from.incarnation, id -> new NodePlace(id, new Hints()));
        place.hints().take(digest, now());
        if ((from.index + 1) % world.nodes.size() == index) {
            from.show(place.hints().copy());
        }
    }

    private void show(Hints hints) {
        shown = shown.with(hints);
        world.heard();
    }

    private void toRegistry(RegistryMessage message) {
        registry.apply(message, now());
        setTimer();
    }

    private void setTimer() {
        long due = registry.nextDeadlineNanos().orElse(Long.MAX_VALUE);
        if (due < timerDue) {
            timerDue = due;
            world.clock.in(Math.max(0, due - now()), () -> {
                if (timerDue == due) {
                    timerDue = Long.MAX_VALUE;
                    registry.tick(now());
                    setTimer();
                }
            });
        }
    }

    private void sendOfRegistry(String address, Object message) {
        if (message instanceof WorkerMessage told) {
            world.clock.soon(() -> toWorker(told));
        } else {
            ScaleNode to = world.byIncarnation.get(Addresses.incarnation(address));
            if (to != this && message instanceof IngressMessage.SlotRefused) {
                world.figures.refusedElsewhere();
            }
            to.after(this, () -> to.ingress.answer((IngressMessage.SlotAnswer) message));
        }
    }

    /** Something that comes from a node, this one or another. */
    private void after(ScaleNode from, Runnable what) {
        if (from == this) {
            world.clock.soon(what);
        } else {
            world.clock.in(ScaleWorld.LINK_NANOS, what);
        }
    }

    private void toWorker(WorkerMessage message) {
        if (message instanceof WorkerMessage.LaunchContainer launch) {
            world.clock.in(
                    START_NANOS,
                    () -> toRegistry(new RegistryMessage.ContainerReady(launch.containerId(), ContainerTimings.NONE)));
        } else if (message instanceof WorkerMessage.RemoveContainer remove) {
            world.clock.in(REMOVAL_NANOS, () -> toRegistry(new RegistryMessage.ContainerGone(remove.containerId())));
        } else if (message instanceof WorkerMessage.RevokeLease revoke
                && Long.valueOf(revoke.lease()).equals(running.get(revoke.containerId()))) {
            toRegistry(new RegistryMessage.LeaseClaimed(revoke.containerId(), revoke.lease()));
        }
    }

    @Override
    public long now() {
        return world.clock.now();
    }

    @Override
    public Future<Void> send(String address, RegistryMessage message) {
        ScaleNode to = world.byIncarnation.get(Addresses.incarnation(address));
        to.after(this, () -> to.toRegistry(message));
        return Future.succeededFuture();
    }

    @Override
    public void ask(String home, WhoHas question, Runnable late) {
        ScaleNode to = world.byIncarnation.get(Addresses.incarnation(home));
        to.after(this, () -> {
            List<Holder> holders = to.directory.whoHas(question.hash(), incarnation, to.heardOf.values());
            after(to, () -> ingress.answer(new IngressMessage.Holders(question.ticket(), holders)));
        });
    }

    @Override
    public void asking(Placed placed, String registry, boolean remote) {
        if (remote) {
            world.figures.triedElsewhere();
        }
    }

    @Override
    public void open(Placed placed, SlotGranted grant) {
        ScaleNode at = world.byIncarnation.get(Addresses.incarnation(grant.worker()));
        Call call = calls.get(placed);
        at.after(this, () -> {
            world.figures.begun(
                    at.index,
                    grant.facts().start() == SlotFacts.Start.COLD,
                    at != this,
                    now() - call.arrived,
                    call.serviceNanos);
            at.running.put(grant.containerId(), grant.lease());
            world.clock.in(call.serviceNanos, () -> {
                at.running.remove(grant.containerId());
                at.toRegistry(new RegistryMessage.ContainerReleased(grant.containerId(), grant.lease()));
                after(at, () -> {
                    calls.remove(placed);
                    placed.finished(null);
                });
            });
        });
    }
}
