package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.berth.bus.ClusterMessage;
import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.ingress.EngageCall;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that do not speak as others do: they are told, and no call is placed at them. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterVersionsIT {
    /** By Hazelcast's own property, so what the two say to each other is what two versions say. */
    private static final String OTHER_MINOR = "-Dhazelcast.internal.override.version=5.6.0";

    private static final int MORE_THAN_IT_HAS = 300;

    @TempDir
    Path folder;

    @Test
    void nodeOfAnotherMinorVersionOfHazelcastIsToldWhyAndEnds() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = "127.0.0.1:" + a.member();
        try (NodeProcess first = NodeProcess.member(folder, "node-a", a, members, List.of())) {
            first.port();
            try (NodeProcess other =
                    NodeProcess.member(folder, "node-b", List.of(OTHER_MINOR), b, members, List.of())) {
                assertThat(other.awaitEnd())
                        .anyMatch(line -> line.contains("5.6.0 is not compatible with cluster version 5.7"))
                        .anyMatch(line -> line.startsWith("berth: cannot start: ")
                                && line.contains("a member refuses this node for what is said above"))
                        .noneMatch(line -> line.startsWith("\tat ") || line.startsWith("\t\tat "));
                assertThat(other.exitCode()).isEqualTo(1);
            }
            first.signal("TERM");
            assertThat(first.awaitEnd()).noneMatch(line -> line.contains("to=\"UP"));
            assertThat(first.exitCode()).isZero();
        }
    }

    /** A member whose membership says so, and that has more room than any. */
    @Test
    void nodeOfAnotherBusProtocolIsToldOfOnceAndIsGivenNoCall() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = "127.0.0.1:" + a.member();
        Vertx vertx = Vertx.vertx();
        try (NodeProcess first =
                NodeProcess.member(folder, "node-a", a, members, List.of("registry.maxMemory=256MiB"))) {
            first.port();
            HazelcastInstance other = Hazelcast.newHazelcastInstance(newer(a, b));
            try (NodeClient client = new NodeClient(vertx, first)) {
                first.await("protocol=\"" + (ClusterMessage.PROTOCOL + 1)
                        + "\" .*peer speaks another protocol|peer speaks another protocol.* protocol=\""
                        + (ClusterMessage.PROTOCOL + 1));
                EngageCall.Result small = client.call(NodeClient.document("fn", 64, "read; send ok"));
                EngageCall.Result large = client.call(NodeClient.document("fn", MORE_THAN_IT_HAS, "read; send ok"));

                assertThat(small.finished().getSuccess()).as(small.toString()).isTrue();
                assertThat(large.finished().getSuccess()).as(large.toString()).isFalse();
                assertThat(client.status().getCluster().getMembersList())
                        .noneMatch(member -> member.getState().equals("UP"));
            } finally {
                other.shutdown();
            }
            first.signal("TERM");
            assertThat(first.awaitEnd())
                    .noneMatch(line -> line.contains("to=\"UP"))
                    .filteredOn(line -> line.contains("speaks another protocol"))
                    .hasSize(1);
        } finally {
            vertx.close();
        }
    }

    private static Config newer(Ports found, Ports own) {
        Config config = new Config().setClusterName("berth");
        config.setProperty("hazelcast.logging.type", "none").setProperty("hazelcast.partition.count", "31");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.getJetConfig().setEnabled(false);
        Map.of(
                        "__vertx.nodeId", UUID.randomUUID().toString(),
                        "berth.node", "node-b",
                        "berth.host", "127.0.0.1",
                        "berth.port", Integer.toString(own.bus()),
                        "berth.protocol", Integer.toString(ClusterMessage.PROTOCOL + 1),
                        "berth.version", "9",
                        "berth.started", "1")
                .forEach(config.getMemberAttributeConfig()::setAttribute);
        ServerSocketEndpointConfig endpoint =
                new ServerSocketEndpointConfig().setPort(own.member()).setPublicAddress("127.0.0.1:" + own.member());
        endpoint.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        config.getAdvancedNetworkConfig().setEnabled(true).setMemberEndpointConfig(endpoint);
        config.getAdvancedNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        config.getAdvancedNetworkConfig()
                .getJoin()
                .getTcpIpConfig()
                .setEnabled(true)
                .addMember("127.0.0.1:" + found.member());
        return config;
    }
}
