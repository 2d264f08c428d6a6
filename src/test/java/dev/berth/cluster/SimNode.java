package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.registry.RegistrySeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One process: the shipped registry, peers, publisher and placement, with a worker and an ingress that are made up. */
final class SimNode {
    private static final long MS = 1_000_000L;
    private static final PeerTimes TIMES = new PeerTimes(100 * MS, 1_500 * MS, 3_000 * MS, 250 * MS, 60_000 * MS);

    final int index;
    final Member member;
    final SimIngress ingress;
    final Peers peers;
    boolean dead;
    boolean draining;
    private final SimWorld world;
    private final RegistrySeat registry;
    private final SimWorker worker;
    private final DigestPublisher publisher;
    private final OwnQueues queues;
    private final Random random;
    private int containers;
    private long timerDue = Long.MAX_VALUE;

    SimNode(SimWorld world, int index, Member member, SimBug bug) {
        this.world = world;
        this.index = index;
        this.member = member;
        this.random = new Random(member.incarnation().hashCode());
        String incarnation = member.incarnation();
        this.registry = new RegistrySeat(
                incarnation,
                SimWorld.NODE_MIB << 20,
                () -> "c" + ++containers,
                (to, message) -> send(to, message, () -> {}));
        this.worker = new SimWorker(message -> send(Addresses.registry(incarnation), message, () -> {}), this::in, bug);
        this.peers = new Peers(incarnation, TIMES, world.net.now);
        this.publisher = new DigestPublisher(incarnation, 50 * MS, 500 * MS);
        this.queues = new OwnQueues(publisher);
        this.ingress = new SimIngress(this, bug);
        in(0, this::tick);
    }

    String incarnation() {
        return member.incarnation();
    }

    String ingressAddress() {
        return Addresses.ingress(incarnation(), 0);
    }

    /** On this process's clock, unless it is dead by then. */
    void in(long nanos, Runnable what) {
        world.net.at(world.net.now + nanos, index, () -> {
            if (!dead) {
                what.run();
                check();
            }
        });
    }

    void send(String address, Object message, Runnable refused) {
        world.send(this, address, message, () -> {
            if (!dead) {
                refused.run();
                check();
            }
        });
    }

    void receive(String address, Object message) {
        if (dead) {
            return;
        }
        long now = world.net.now;
        if (message instanceof RegistryMessage told) {
            registry.apply(told, now);
            setTimer();
        } else if (message instanceof WorkerMessage told) {
            worker.receive(told);
        } else if (message instanceof ClusterMessage told) {
            perform(peers.received(told, now));
        } else if (message instanceof SimIngress.Run run) {
            run(run);
        } else {
            ingress.receive(message);
        }
        check();
    }

    private void run(SimIngress.Run run) {
        worker.run(
                run.containerId(),
                run.lease(),
                Addresses.incarnation(run.replyTo()),
                run.call().serviceNanos,
                new SimWorker.Outcome() {
                    @Override
                    public void started() {
                        world.executed(run.call());
                    }

                    @Override
                    public void done() {
                        send(run.replyTo(), new SimIngress.End(run.call(), false), () -> {});
                    }

                    @Override
                    public void slotGone() {
                        send(run.replyTo(), new SimIngress.End(run.call(), true), () -> {});
                    }
                });
    }

    private void setTimer() {
        long due = registry.nextDeadlineNanos().orElse(Long.MAX_VALUE);
        if (due < timerDue) {
            timerDue = due;
            in(due - world.net.now, () -> {
                timerDue = Long.MAX_VALUE;
                registry.tick(world.net.now);
                setTimer();
            });
        }
    }

    private void tick() {
        long now = world.net.now;
        perform(peers.members(world.members(this), now));
        perform(peers.tick(now));
        queues.read(registry.snapshot());
        ClusterMessage said = publisher.next(now);
        if (said != null) {
            peers.all().forEach(peer -> tell(peer.member.incarnation(), said));
        }
        in(100 * MS, this::tick);
    }

    private void tell(String incarnation, ClusterMessage message) {
        send(Addresses.node(incarnation), message, () -> perform(peers.refused(incarnation, world.net.now)));
    }

    private void perform(List<PeerEffect> effects) {
        for (PeerEffect effect : effects) {
            if (effect instanceof PeerEffect.Send send) {
                tell(send.incarnation(), send.message());
            } else if (effect instanceof PeerEffect.SendFull full) {
                tell(full.incarnation(), publisher.full());
            } else if (effect instanceof PeerEffect.Changed changed && changed.isEnd()) {
                ended(changed.peer().incarnation());
            }
        }
    }

    private void ended(String incarnation) {
        if (world.bug != SimBug.DEAD_NODES_WAITERS_KEPT) {
            send(Addresses.registry(incarnation()), new RegistryMessage.NodeLost(incarnation), () -> {});
        }
        worker.nodeLost(incarnation);
        ingress.nodeLost(incarnation);
    }

    List<Candidate> candidates(ContainerSpec spec) {
        queues.read(registry.snapshot());
        Hints own = new Hints();
        own.take(publisher.full(), world.net.now);
        List<Place> up = new ArrayList<>();
        for (Peer peer : peers.all()) {
            if (peer.state == PeerState.UP) {
                up.add(new Place(peer.member.incarnation(), peer.hints));
            }
        }
        Wish wish = new Wish(spec.key().hash64(), spec.reservedBytes(), spec.cpuMillis());
        return Placement.candidates(new ClusterView(new Place(incarnation(), own), up), wish, random);
    }

    void drain() {
        draining = true;
        registry.apply(new RegistryMessage.Drain(), world.net.now);
    }

    boolean isDrained() {
        return ingress.isIdle() && registry.snapshot().memoryUsedBytes() == 0;
    }

    void sayGoodbye() {
        peers.all().forEach(peer -> tell(peer.member.incarnation(), new ClusterMessage.Goodbye(incarnation())));
    }

    /** What must hold after every event. */
    private void check() {
        NodeSnapshot node = registry.snapshot();
        if (node.memoryUsedBytes() > node.memoryTotalBytes()) {
            throw new SimFailure(member + " gives more than it has");
        }
        for (NodeSnapshot.Queue queue : node.queues()) {
            if (queue.idle() > 0 && queue.waiting() > 0) {
                throw new SimFailure(member + " lets a call wait beside an idle slot");
            }
        }
    }

    /** What must hold when nothing has happened for long. */
    void checkAtRest(int others) {
        NodeSnapshot node = registry.snapshot();
        if (node.memoryUsedBytes() != 0 || !node.queues().isEmpty()) {
            throw new SimFailure(member + " holds " + node + " at rest");
        }
        long up =
                peers.all().stream().filter(peer -> peer.state == PeerState.UP).count();
        if (up != others) {
            throw new SimFailure(member + " sees " + up + " of " + others + " others up at rest");
        }
    }
}
