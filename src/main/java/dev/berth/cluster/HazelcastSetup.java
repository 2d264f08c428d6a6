package dev.berth.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import dev.berth.config.ClusterConfig;
import dev.berth.config.ClusterConfig.Discovery;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * Hazelcast as a list of members and nothing else: no file, no discovery that was not asked for, no port but the
 * members' own, on which no client is let in.
 */
final class HazelcastSetup {
    /** How long a start tries to be let in. */
    static final int JOIN_SECONDS = 60;

    /** Equal on all nodes, or they do not join. Little is kept, so few are enough. */
    private static final String PARTITIONS = "31";

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.logging.type", "slf4j"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.partition.count", PARTITIONS),
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
            Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
            Map.entry("hazelcast.wait.seconds.before.join", "1"),
            // Else a start waits for minutes for an address whose packets are dropped.
            Map.entry("hazelcast.socket.connect.timeout.seconds", "2"),
            Map.entry("hazelcast.max.join.seconds", Integer.toString(JOIN_SECONDS)),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
            Map.entry("hazelcast.operation.thread.count", "2"),
            Map.entry("hazelcast.operation.generic.thread.count", "2"),
            Map.entry("hazelcast.io.thread.count", "1"),
            Map.entry("hazelcast.event.thread.count", "1"),
            Map.entry("hazelcast.clientengine.thread.count", "1"),
            Map.entry("hazelcast.clientengine.query.thread.count", "1"),
            Map.entry("hazelcast.clientengine.blocking.thread.count", "1"));

    private static final int CONNECT_SECONDS = 3;

    private final Config config;
    private final int memberPort;
    private final List<String> leftOut;

    private HazelcastSetup(Config config, int memberPort, List<String> leftOut) {
        this.config = config;
        this.memberPort = memberPort;
        this.leftOut = leftOut;
    }

    /**
     * @param bind the address that {@code cluster.host} stands for
     * @param leftOut those of {@code cluster.members} that are not to be asked at the start
     */
    static HazelcastSetup of(
            ClusterConfig cluster, InetAddress bind, Map<String, String> attributes, List<String> leftOut) {
        Config config = new Config();
        config.setClusterName(cluster.name());
        PROPERTIES.forEach(config::setProperty);
        config.setProperty("hazelcast.socket.bind.any", Boolean.toString(bind.isAnyLocalAddress()));
        config.setProperty(
                "hazelcast.max.no.heartbeat.seconds",
                Long.toString(cluster.times().member().toSeconds()));
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getSerializationConfig().setJavaSerializationFilterConfig(serialization());
        attributes.forEach(config.getMemberAttributeConfig()::setAttribute);
        config.getAdvancedNetworkConfig().setEnabled(true).setMemberEndpointConfig(endpoint(cluster, bind));
        HazelcastSetup setup = new HazelcastSetup(config, cluster.memberPort(), leftOut);
        setup.join(cluster);
        return setup;
    }

    Config config() {
        return config;
    }

    /** Once this node has joined: those left out are looked for like all others from now on. */
    void addLeftOut() {
        leftOut.forEach(this::addMember);
    }

    /** Beside what Hazelcast itself sends, the values that Vert.x keeps in it. */
    private static JavaSerializationFilterConfig serialization() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.getWhitelist().addPrefixes("io.vertx.spi.cluster.hazelcast.");
        return filter;
    }

    private static ServerSocketEndpointConfig endpoint(ClusterConfig cluster, InetAddress bind) {
        ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig()
                .setPort(cluster.memberPort())
                .setPortAutoIncrement(false)
                .setReuseAddress(true)
                .setPublicAddress(cluster.publicHost() + ":" + cluster.memberPort());
        if (!bind.isAnyLocalAddress()) {
            endpoint.getInterfaces().setEnabled(true).addInterface(bind.getHostAddress());
        }
        return endpoint;
    }

    private void join(ClusterConfig cluster) {
        JoinConfig join = config.getAdvancedNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(cluster.discovery() instanceof Discovery.Multicast);
        if (cluster.discovery() instanceof Discovery.Members members) {
            join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(CONNECT_SECONDS);
            members.addresses().stream()
                    .filter(address -> !leftOut.contains(address))
                    .forEach(this::addMember);
        } else if (cluster.discovery() instanceof Discovery.Dns dns) {
            String[] name = withPort(dns.name(), cluster.memberPort()).split(":");
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", name[0])
                    .setProperty("service-port", name[1]);
        }
    }

    private void addMember(String address) {
        config.getAdvancedNetworkConfig().getJoin().getTcpIpConfig().addMember(withPort(address, memberPort));
    }

    private static String withPort(String address, int port) {
        return address.contains(":") ? address : address + ":" + port;
    }
}
