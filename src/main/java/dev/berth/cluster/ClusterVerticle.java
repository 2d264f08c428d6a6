package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Goodbye;
import dev.berth.bus.ClusterMessage.Hello;
import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.Inbox;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.config.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.tracing.TracingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the other nodes what this one has, and hears what they have: the shell around {@link Peers},
 * {@link DigestStreams} and {@link Directory}. One instance per node, so one thread, which never blocks.
 */
public final class ClusterVerticle extends VerticleBase {
    private static final long GOODBYE_MILLIS = 1_000;
    private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);
    private static final DeliveryOptions UNTRACED = new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);

    private final EventBus bus;
    private final Membership membership;
    private final ClusterConfig config;
    private final Self self;
    private final DigestStreams streams;
    private final Directory directory;
    private final OwnQueues queues;
    private final PeerLog log;
    private final Outlets outlets;
    private final Runnable superfluous;
    private @Nullable Peers peers;
    private final BoardWriter board;
    private @Nullable Inbox<ClusterMessage> inbox;

    /**
     * This node, for others.
     *
     * @param memoryBytes for containers
     * @param cpuMillis for containers
     * @param eventLoops each with a worker and an ingress
     */
    public record Self(String nodeId, String version, long memoryBytes, long cpuMillis, int eventLoops) {}

    /**
     * @param board where others read what this verticle knows
     * @param superfluous run when this node has to go because another has its name
     */
    public ClusterVerticle(
            EventBus bus,
            Membership membership,
            ClusterConfig config,
            Self self,
            ClusterBoard board,
            Runnable superfluous) {
        this.superfluous = superfluous;
        this.board = new BoardWriter(board, membership.incarnation(), config.fullView());
        this.bus = bus;
        this.membership = membership;
        this.config = config;
        this.self = self;
        this.streams = new DigestStreams(
                membership.incarnation(),
                config.fullView(),
                config.times().digest().toNanos(),
                config.times().beat().toNanos());
        this.queues = new OwnQueues(streams);
        this.directory = new Directory(membership.incarnation());
        this.log = new PeerLog(config.leastMembers());
        this.outlets = new Outlets(bus);
    }

    @Override
    public Future<?> start() {
        PeerTimes times = PeerTimes.of(config.times());
        peers = new Peers(membership.incarnation(), times, System.nanoTime());
        Inbox<ClusterMessage> opened = Inbox.open(
                bus, Addresses.node(membership.incarnation()), ClusterMessage.class, (told, message) -> hear(told));
        inbox = opened;
        vertx.setPeriodic(TimeUnit.NANOSECONDS.toMillis(times.tickNanos()), tick -> onTick());
        return opened.ready();
    }

    /** Says goodbye; whoever does not take it within a second will notice by silence. */
    @Override
    public Future<?> stop() {
        List<Future<?>> said = new ArrayList<>();
        for (Peer peer : peers().all()) {
            if (peer.state != PeerState.LEFT && peer.state != PeerState.LOST) {
                said.add(outlets.send(peer.member.incarnation(), new Goodbye(membership.incarnation())));
            }
        }
        Future<?> closed = inbox == null ? Future.succeededFuture() : inbox.close();
        return closed.compose(gone ->
                Future.join(said).timeout(GOODBYE_MILLIS, TimeUnit.MILLISECONDS).otherwiseEmpty());
    }

    private void hear(ClusterMessage message) {
        if (message instanceof WhoHas question) {
            answer(question);
            return;
        }
        perform(peers().received(message, System.nanoTime()));
    }

    /** An ingress of a node that is known, or of this one; others are told nothing. */
    private void answer(WhoHas question) {
        String asker = question.incarnation();
        boolean known = asker.equals(membership.incarnation()) || peers().find(asker) != null;
        if (known && asker.equals(Addresses.incarnation(question.replyTo()))) {
            List<Holder> holders = directory.whoHas(question.hash(), asker, peers().up());
            bus.send(question.replyTo(), new IngressMessage.Holders(question.ticket(), holders), UNTRACED);
        }
    }

    /** This node has begun to drain, and others are to know it at once. Any thread. */
    public void announceDrain() {
        context.runOnContext(turn -> readQueues());
    }

    private void onTick() {
        long now = System.nanoTime();
        List<Member> members = membership.members();
        log.members(members.size(), now);
        perform(peers().members(members, now));
        perform(peers().tick(now));
        readQueues();
        publish(now);
    }

    private void readQueues() {
        DeliveryOptions here = new DeliveryOptions()
                .setLocalOnly(true)
                .setSendTimeout(config.times().beat().toMillis());
        bus.<NodeSnapshot>request(registry(), new RegistryMessage.Changes(), here)
                .onSuccess(reply -> {
                    queues.read(reply.body());
                    board.own(queues.figures(), System.nanoTime());
                    publish(System.nanoTime());
                });
    }

    private void publish(long now) {
        for (DigestStreams.Told told : streams.next(now)) {
            if (!told.incarnation().equals(membership.incarnation())) {
                send(told.incarnation(), told.message());
            } else if (told.message() instanceof Digest digest) {
                directory.own(digest, now);
            }
        }
    }

    /** The board is written before anybody is told of a lost node, so that nobody asks it after. */
    private void perform(List<PeerEffect> effects) {
        board.peers(peers().all());
        if (!effects.isEmpty()) {
            streams.peers(peers().all());
        }
        for (PeerEffect effect : effects) {
            log.tell(effect);
            if (effect instanceof PeerEffect.Send send) {
                send(send.incarnation(), send.message());
            } else if (effect instanceof PeerEffect.Greet greet) {
                send(greet.incarnation(), hello());
            } else if (effect instanceof PeerEffect.SendFull full) {
                Digest digest = streams.full(full.incarnation());
                if (digest != null) {
                    send(full.incarnation(), digest);
                }
            } else if (effect instanceof PeerEffect.Paused) {
                ingresses().forEach(address -> bus.send(address, new IngressMessage.StoodStill(), HERE));
            } else if (effect instanceof PeerEffect.Twin) {
                superfluous.run();
            } else if (effect instanceof PeerEffect.Changed changed && changed.isEnd()) {
                outlets.forget(changed.peer().incarnation());
                lost(changed.peer().incarnation());
            }
        }
    }

    /** Its waiters are refused here, what it was granted is for others, and streams with it end. */
    private void lost(String incarnation) {
        RegistryMessage.NodeLost message = new RegistryMessage.NodeLost(incarnation);
        for (String address : Addresses.concernedByLostNodes(membership.incarnation(), self.eventLoops())) {
            bus.send(address, message, HERE);
        }
    }

    private List<String> ingresses() {
        return Addresses.ingresses(membership.incarnation(), self.eventLoops());
    }

    private void send(String incarnation, ClusterMessage message) {
        outlets.send(incarnation, message)
                .onFailure(refused -> perform(peers().refused(incarnation, System.nanoTime())));
    }

    private Hello hello() {
        return new Hello(
                membership.incarnation(),
                self.nodeId(),
                ClusterMessage.PROTOCOL,
                self.version(),
                self.memoryBytes(),
                self.cpuMillis());
    }

    private String registry() {
        return Addresses.registry(membership.incarnation());
    }

    private Peers peers() {
        Peers current = peers;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        return current;
    }
}
