package dev.berth.cluster;

import dev.berth.config.ClusterConfig;
import dev.berth.config.ConfigException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a Vert.x whose bus reaches the other nodes. The only way into this package that loads Hazelcast. */
public final class ClusterStart {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterStart.class);
    /** A member that is silent for as long as settings allow is taken off the list in the seconds after. */
    private static final long DUPLICATE_GRACE_SECONDS = 3;

    private ClusterStart() {}

    /** A Vert.x that has joined, and who else has. */
    public record Joined(Vertx vertx, Membership membership) {}

    /**
     * Blocks while it looks up {@code cluster.host} and tries the ports; then joins. Takes some seconds.
     *
     * @param options are completed by those of the bus
     * @return fails with ConfigException for what an operator can set right
     */
    public static Future<Joined> join(
            ClusterConfig cluster, String nodeId, String version, VertxOptions options, Transport transport) {
        InetAddress bind;
        try {
            bind = InetAddress.getByName(cluster.host());
            checkInterface(cluster.host(), bind);
            checkPort("cluster.memberPort", cluster.memberPort(), cluster.host(), bind);
            checkPort("cluster.busPort", cluster.busPort(), cluster.host(), bind);
        } catch (UnknownHostException e) {
            return Future.failedFuture(problem("cluster.host = " + cluster.host() + ": must be a name that is known"));
        } catch (SocketException | ConfigException e) {
            return Future.failedFuture(e);
        }
        if (cluster.tls() == null) {
            LOG.warn("the bus between nodes is cleartext: whoever reaches port {} rules every node", cluster.busPort());
        }
        MemberAttributes attributes = MemberAttributes.of(cluster, nodeId, version, System.currentTimeMillis());
        DerivedClusterManager manager = new DerivedClusterManager(
                new HazelcastClusterManager(HazelcastSetup.config(cluster, bind, attributes.values())),
                attributes,
                TimeUnit.SECONDS.toNanos(cluster.times().member().toSeconds() + DUPLICATE_GRACE_SECONDS));
        VertxBuilder builder = Vertx.builder()
                .with(options.setEventBusOptions(BusSetup.options(cluster)))
                .withTransport(transport)
                .withClusterManager(manager);
        return builder.buildClustered()
                .recover(failure -> Future.failedFuture(ofJoining(failure, cluster.busPort(), cluster.host())))
                .map(vertx -> new Joined(vertx.exceptionHandler(new BusNoise()), manager));
    }

    /** The port of the bus, which was free, may be taken when it is opened some seconds later. */
    static Throwable ofJoining(Throwable failure, int busPort, String host) {
        String why = String.valueOf(failure.getMessage());
        return failure instanceof IOException && why.contains("Address already in use")
                ? taken("cluster.busPort", busPort, host, "Address already in use")
                : failure;
    }

    private static void checkInterface(String host, InetAddress bind) throws SocketException {
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
