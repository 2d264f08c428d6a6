package dev.berth.cluster;

import dev.berth.config.ClusterConfig;
import dev.berth.config.ClusterConfig.Discovery;
import dev.berth.config.ConfigException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a Vert.x whose bus reaches the other nodes. The only way into this package that loads Hazelcast. */
public final class ClusterStart {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterStart.class);
    /** A member that is silent for as long as settings allow is taken off the list in the seconds after. */
    private static final long DUPLICATE_GRACE_SECONDS = 3;
    /** A member that needs longer to greet is left out, and found later. */
    private static final Duration GREETING = Duration.ofSeconds(3);

    private ClusterStart() {}

    /** A Vert.x that has joined, and who else has. */
    public record Joined(Vertx vertx, Membership membership) {}

    /**
     * Blocks while it looks up {@code cluster.host}, tries the ports and looks which members are silent; then joins.
     * Takes some seconds.
     *
     * @param options are completed by those of the bus
     * @return fails with ConfigException for what an operator can set right
     */
    public static Future<Joined> join(
            ClusterConfig cluster, String nodeId, String version, VertxOptions options, Transport transport) {
        InetAddress bind;
        List<String> silent;
        try {
            bind = InetAddress.getByName(cluster.host());
            checkAddress(cluster, bind);
            checkPort("cluster.memberPort", cluster.memberPort(), cluster.host(), bind);
            checkPort("cluster.busPort", cluster.busPort(), cluster.host(), bind);
            silent = silentMembers(cluster);
        } catch (UnknownHostException e) {
            return Future.failedFuture(problem("cluster.host = " + cluster.host() + ": must be a name that is known"));
        } catch (IOException | ConfigException e) {
            return Future.failedFuture(e);
        }
        if (cluster.tls() == null) {
            LOG.warn("the bus between nodes is cleartext: whoever reaches port {} rules every node", cluster.busPort());
        }
        MemberAttributes attributes = MemberAttributes.of(cluster, nodeId, version, System.currentTimeMillis());
        HazelcastSetup hazelcast = HazelcastSetup.of(cluster, bind, attributes.values(), silent);
        DerivedClusterManager manager = new DerivedClusterManager(
                new HazelcastClusterManager(hazelcast.config()),
                attributes,
                TimeUnit.SECONDS.toNanos(cluster.times().member().toSeconds() + DUPLICATE_GRACE_SECONDS));
        VertxBuilder builder = Vertx.builder()
                .with(options.setEventBusOptions(BusSetup.options(cluster, bind)))
                .withTransport(transport)
                .withClusterManager(manager);
        long begin = System.nanoTime();
        return builder.buildClustered()
                .recover(failure -> Future.failedFuture(ofJoining(
                        failure, Duration.ofNanos(System.nanoTime() - begin), cluster.busPort(), cluster.host())))
                .map(vertx -> {
                    hazelcast.addLeftOut();
                    return new Joined(vertx.exceptionHandler(new BusNoise()), manager);
                });
    }

    /** Members that would hold the start up. Blocking. */
    private static List<String> silentMembers(ClusterConfig cluster) throws IOException {
        if (!(cluster.discovery() instanceof Discovery.Members members)) {
            return List.of();
        }
        List<String> silent = SilentMembers.among(members.addresses(), cluster.memberPort(), GREETING);
        if (!silent.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("members", silent)
                    .log("members take connections and say nothing: starting without them, they are looked for later");
        }
        return silent;
    }

    /**
     * The port of the bus, which was free, may be taken when it is opened some seconds later; and of a join that came
     * to nothing Hazelcast tells its log alone why. One that has not taken all its time was refused.
     */
    static Throwable ofJoining(Throwable failure, Duration took, int busPort, String host) {
        String why = String.valueOf(failure.getMessage());
        if (failure instanceof IllegalStateException && why.contains("Node failed to start")) {
            return new IOException(
                    took.toSeconds() < HazelcastSetup.JOIN_SECONDS
                            ? "cannot join: a member refuses this node for what is said above, such as another minor"
                                    + " version of Hazelcast than its own"
                            : "cannot join: a member took the connection and did not let this node in within "
                                    + HazelcastSetup.JOIN_SECONDS + " s");
        }
        return failure instanceof IOException && why.contains("Address already in use")
                ? taken("cluster.busPort", busPort, host, "Address already in use")
                : failure;
    }

    /** What a name stands for is known only now. */
    static void checkAddress(ClusterConfig cluster, InetAddress bind) throws SocketException {
        String host = cluster.host();
        if (!(bind instanceof Inet4Address)) {
            throw problem("cluster.host = " + host + ": must have an IPv4 address; it has " + bind.getHostAddress());
        }
        if (bind.isAnyLocalAddress() && cluster.publicHost().equals(host)) {
            throw problem("cluster.publicHost = none: must be given with cluster.host = " + host
                    + ": the address that other nodes reach this one by");
        }
        if (!bind.isAnyLocalAddress() && NetworkInterface.getByInetAddress(bind) == null) {
            throw problem("cluster.host = " + host + ": must be the address of an interface of this machine");
        }
    }

    private static void checkPort(String key, int port, String host, InetAddress bind) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(bind, port));
        } catch (IOException e) {
            throw taken(key, port, host, String.valueOf(e.getMessage()));
        }
    }

    private static ConfigException taken(String key, int port, String host, String why) {
        return problem(key + " = " + port + ": must be a port that is free on cluster.host = " + host + ": " + why);
    }

    private static ConfigException problem(String line) {
        return new ConfigException(List.of(line));
    }
}
