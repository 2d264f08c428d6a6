package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.registry.RegistrySeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Many nodes, none of which fails, and the calls of many functions, all from one seed: the shipped registry, digests,
 * placement and itineraries, with workers and a network that are made up. A node hears of another what that has said,
 * as late as the link makes it. Since all hear the same, what is known of a node is kept once for all of them, less
 * what each has sent there.
 */
final class ScaleWorld {
    static final long MS = 1_000_000L;
    static final int SLOTS = 60;
    static final long SLOT_MIB = 128;
    /** Of one node. */
    private static final int MOST_WAITERS = 1000;
    /** One way between two nodes: a message and its handling at both ends. */
    static final long LINK_NANOS = MS / 4;

    private static final int FUNCTIONS_PER_NODE = 20;
    static final double SERVICE_SECONDS = 0.2;
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    final ScaleSetup setup;
    final ScaleClock clock = new ScaleClock();
    final ScaleFigures figures;
    final Random random;
    final long slotsOfOne;
    final int waitersOfOne;
    final List<ScaleNode> nodes = new ArrayList<>();
    final Map<String, ScaleNode> byIncarnation = new HashMap<>();
    /** All nodes, as each sees the others. */
    final List<Peer> peers = new ArrayList<>();

    private final ContainerSpec[] functions;
    private final int[] homeOf;
    private final double[] cumulated;
    private final @Nullable ScaleOracle oracle;
    /** Grows whenever something has been heard of a node. */
    private long pictures;

    private ScaleWorld(ScaleSetup setup) {
        this.setup = setup;
        this.figures = new ScaleFigures(setup);
        this.random = new Random(setup.seed());
        this.slotsOfOne = (long) SLOTS * setup.nodes() / setup.machines();
        this.waitersOfOne = MOST_WAITERS * setup.nodes() / setup.machines();
        this.functions = new ContainerSpec[FUNCTIONS_PER_NODE * setup.nodes()];
        this.homeOf = new int[functions.length];
        this.cumulated = new double[functions.length];
        double sum = 0;
        for (int i = 0; i < functions.length; i++) {
            functions[i] = RegistrySeat.spec("function-" + i, SLOT_MIB, IDLE_TIMEOUT);
            homeOf[i] = random.nextInt(setup.nodes());
            sum += Math.pow(i + 1, -setup.zipf());
            cumulated[i] = sum;
        }
        for (int i = 0; i < setup.machines(); i++) {
            String incarnation = new UUID(random.nextLong(), random.nextLong()).toString();
            Member member = new Member(incarnation, "node-" + i, "h", 1, ClusterMessage.PROTOCOL, "1", i);
            Peer peer = new Peer(member, 0, 0);
            peer.state = PeerState.UP;
            peers.add(peer);
            ScaleNode node = new ScaleNode(this, i, member);
            nodes.add(node);
            byIncarnation.put(incarnation, node);
        }
        this.oracle = setup.scheme() == ScaleSetup.Scheme.ORACLE
                ? new ScaleOracle(clock, figures, busyOf(), SLOTS * setup.nodes())
                : null;
    }

    static ScaleFigures run(ScaleSetup setup) {
        ScaleWorld world = new ScaleWorld(setup);
        world.nodes.forEach(ScaleNode::start);
        world.arrivals();
        world.clock.runUntil(setup.warmUpSeconds() * 1000 * MS);
        world.figures.startCounting();
        world.clock.runUntil((setup.warmUpSeconds() + setup.seconds()) * 1000 * MS);
        return world.figures;
    }

    /** One call, and after a while the next. */
    private void arrivals() {
        clock.in(exponential(1 / callsPerSecond()), () -> {
            int function = function();
            int node =
                    setup.balancer() == ScaleSetup.Balancer.BY_HASH ? homeOf[function] : random.nextInt(setup.nodes());
            long serviceNanos = exponential(SERVICE_SECONDS);
            if (oracle == null) {
                nodes.get(node % setup.machines()).call(functions[function], serviceNanos);
            } else {
                oracle.call(function, serviceNanos);
            }
            arrivals();
        });
    }

    private double callsPerSecond() {
        return setup.busy() / 100.0 * SLOTS * setup.nodes() / SERVICE_SECONDS;
    }

    /** Of each function, how many slots its calls keep busy in the mean. */
    private double[] busyOf() {
        double all = callsPerSecond() * SERVICE_SECONDS;
        double[] busy = new double[cumulated.length];
        for (int i = 0; i < busy.length; i++) {
            busy[i] = all * (cumulated[i] - (i == 0 ? 0 : cumulated[i - 1])) / cumulated[busy.length - 1];
        }
        return busy;
    }

    private long exponential(double meanSeconds) {
        return (long) (-Math.log(1 - random.nextDouble()) * meanSeconds * 1000 * MS);
    }

    private int function() {
        double at = random.nextDouble() * cumulated[cumulated.length - 1];
        int low = 0;
        int high = cumulated.length - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (cumulated[middle] < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Something has been heard of a node. */
    void heard() {
        pictures++;
    }

    long pictures() {
        return pictures;
    }
}
