package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.registry.RegistrySeat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One process: the shipped registry, peers, publisher, placement and itineraries, with a worker that is made up. */
final class SimNode {
    private static final long MS = 1_000_000L;
    private static final PeerTimes TIMES =
            new PeerTimes(100 * MS, 1_500 * MS, 3_000 * MS, 250 * MS, 30_000 * MS, 60_000 * MS);

    final int index;
    final Member member;
    final SimIngress ingress;
    final Peers peers;
    boolean dead;
    boolean draining;
    private final SimWorld world;
    private final RegistrySeat registry;
    private final SimWorker worker;
    private final DigestStreams streams;
    private final Directory directory;
    private final OwnQueues queues;
    private final BoardWriter board;
    private final Map<String, Long> demands = new HashMap<>();
    private final Map<String, Long> lostAt = new HashMap<>();
    private int containers;
    private long timerDue = Long.MAX_VALUE;

    SimNode(SimWorld world, int index, Member member, SimBug bug) {
        this.world = world;
        this.index = index;
        this.member = member;
        String incarnation = member.incarnation();
        this.registry =
                new RegistrySeat(incarnation, SimWorld.NODE_MIB << 20, () -> "c" + ++containers, this::sendOfRegistry);
        this.worker = new SimWorker(message -> send(Addresses.registry(incarnation), message, () -> {}), this::in, bug);
        this.peers = new Peers(incarnation, TIMES, world.net.now);
        this.streams = new DigestStreams(incarnation, world.fullView, 50 * MS, 500 * MS);
        this.directory = new Directory(incarnation);
        this.queues = new OwnQueues(streams);
        ClusterBoard shown = new ClusterBoard(member, 1);
        this.board = new BoardWriter(shown, incarnation, world.fullView);
        Placer placer = new Placer(shown, Picker.twoAtRandom(new Random(incarnation.hashCode())));
        this.ingress = new SimIngress(this, placer, bug);
        in(0, this::tick);
    }

    String incarnation() {
        return member.incarnation();
    }

    String ingressAddress() {
        return Addresses.ingress(incarnation(), 0);
    }

    long now() {
        return world.net.now;
    }

    /** On this process's clock, unless it is dead by then. */
    void in(long nanos, Runnable what) {
        world.net.at(world.net.now + nanos, index, () -> {
            if (!dead) {
                what.run();
            }
        });
    }

    void send(String address, Object message, Runnable refused) {
        world.send(this, address, message, () -> {
            if (!dead) {
                refused.run();
            }
        });
    }

    /** A waiter of a node that was lost after it had asked must not be served any more. */
    private void sendOfRegistry(String address, Object message) {
        if (message instanceof IngressMessage.SlotGranted granted) {
            Long asked = demands.remove(address + granted.ticket());
            Long lost = lostAt.get(Addresses.incarnation(address));
            if (asked != null && lost != null && asked < lost && world.net.now - lost > MS) {
                throw new SimFailure(member + " serves a waiter of a node that is lost: " + address);
            }
        }
        send(address, message, () -> {});
    }

    void receive(String address, Object message) {
        if (dead) {
            return;
        }
        long now = world.net.now;
        if (message instanceof RegistryMessage.AcquireSlot demand) {
            demands.put(demand.replyTo() + demand.ticket(), now);
            world.asked(this, demand);
            if (world.bug == SimBug.WISH_PASSED_ON && !demand.replyTo().equals(ingressAddress())) {
                world.others(this).forEach(other -> send(Addresses.registry(other), demand, () -> {}));
            }
        }
        if (message instanceof RegistryMessage told) {
            registry.apply(told, now);
            check();
            setTimer();
        } else if (message instanceof WorkerMessage told) {
            worker.receive(told);
        } else if (message instanceof ClusterMessage.WhoHas question) {
            send(
                    question.replyTo(),
                    new IngressMessage.Holders(
                            question.ticket(), directory.whoHas(question.hash(), question.incarnation(), peers.up())),
                    () -> {});
        } else if (message instanceof ClusterMessage told) {
            perform(peers.received(told, now));
        } else if (message instanceof SimIngress.Run run) {
            run(run);
        } else {
            ingress.receive(message);
        }
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
                        answer(run, SimIngress.Answer.Kind.TAKEN);
                    }

                    @Override
                    public void done() {
                        answer(run, SimIngress.Answer.Kind.DONE);
                    }

                    @Override
                    public void slotGone() {
                        answer(run, SimIngress.Answer.Kind.SLOT_GONE);
                    }
                });
    }

    private void answer(SimIngress.Run run, SimIngress.Answer.Kind kind) {
        send(run.replyTo(), new SimIngress.Answer(run.call(), run.sent(), kind), () -> {});
    }

    private void setTimer() {
        long due = registry.nextDeadlineNanos().orElse(Long.MAX_VALUE);
        if (due < timerDue) {
            timerDue = due;
            in(due - world.net.now, () -> {
                timerDue = Long.MAX_VALUE;
                registry.tick(world.net.now);
                check();
                setTimer();
            });
        }
    }

    private void tick() {
        long now = world.net.now;
        perform(peers.members(world.members(this), now));
        perform(peers.tick(now));
        queues.read(registry.changes());
        board.own(queues.figures(), now);
        for (DigestStreams.Told told : streams.next(now)) {
            if (!told.incarnation().equals(incarnation())) {
                tell(told.incarnation(), told.message());
            } else if (told.message() instanceof ClusterMessage.Digest digest) {
                directory.own(digest, now);
            }
        }
        in(100 * MS, this::tick);
    }

    private void tell(String incarnation, ClusterMessage message) {
        send(Addresses.node(incarnation), message, () -> perform(peers.refused(incarnation, world.net.now)));
    }

    private void perform(List<PeerEffect> effects) {
        board.peers(peers.all());
        if (!effects.isEmpty()) {
            streams.peers(peers.all());
        }
        for (PeerEffect effect : effects) {
            if (effect instanceof PeerEffect.Send send) {
                tell(send.incarnation(), send.message());
            } else if (effect instanceof PeerEffect.SendFull full) {
                ClusterMessage.Digest digest = streams.full(full.incarnation());
                if (digest != null) {
                    tell(full.incarnation(), digest);
                }
            } else if (effect instanceof PeerEffect.Paused) {
                ingress.stoodStill();
            } else if (effect instanceof PeerEffect.Changed changed && changed.isEnd()) {
                ended(changed.peer().incarnation());
            }
        }
    }

    private void ended(String incarnation) {
        lostAt.put(incarnation, world.net.now);
        if (world.bug != SimBug.DEAD_NODES_WAITERS_KEPT) {
            send(Addresses.registry(incarnation()), new RegistryMessage.NodeLost(incarnation), () -> {});
        }
        worker.nodeLost(incarnation);
        ingress.nodeLost(incarnation);
    }

    void drain() {
        draining = true;
        registry.apply(new RegistryMessage.Drain(), world.net.now);
        check();
    }

    boolean isDrained() {
        return ingress.isIdle() && registry.snapshot().memoryUsedBytes() == 0;
    }

    void sayGoodbye() {
        peers.all().forEach(peer -> tell(peer.member.incarnation(), new ClusterMessage.Goodbye(incarnation())));
    }

    /** What must hold after every event; nothing else changes what it looks at. */
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
