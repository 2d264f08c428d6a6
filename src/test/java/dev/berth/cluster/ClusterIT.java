package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.port.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes as processes of their own: who is seen as what when they come, stop, die and leave. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class ClusterIT {
    @TempDir
    Path folder;

    @Test
    void stoppedNodeIsLostAndComesBackAndADeadOneIsLostForGood() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = members(a, b);
        try (NodeProcess first = NodeProcess.member(folder, "node-a", a, members, List.of());
                NodeProcess second = NodeProcess.member(folder, "node-b", b, members, List.of())) {
            first.awaitPeer("node-b", PeerState.UP);
            second.awaitPeer("node-a", PeerState.UP);

            second.signal("STOP");
            first.awaitPeer("node-b", PeerState.SUSPECT);
            first.awaitPeer("node-b", PeerState.LOST);
            second.signal("CONT");
            first.awaitPeer("node-b", PeerState.UP);
            second.await("this process stood still");
            second.awaitPeer("node-a", PeerState.UP);

            second.signal("KILL");
            first.awaitPeer("node-b", PeerState.LOST);
            first.signal("TERM");
            assertThat(first.awaitEnd()).noneMatch(line -> line.startsWith("\tat "));
            assertThat(first.exitCode()).isZero();
        }
    }

    @Test
    void nodeThatIsToldToStopSaysGoodbyeAndItsNameIsFreeAgain() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        Ports c = Ports.free();
        String members = members(a, b);
        try (NodeProcess first = NodeProcess.member(folder, "node-a", a, members, List.of());
                NodeProcess second = NodeProcess.member(folder, "node-b", b, members, List.of())) {
            first.awaitPeer("node-b", PeerState.UP);
            try (NodeProcess twin = NodeProcess.member(folder, "node-b", c, members, List.of())) {
                assertThat(twin.awaitEnd())
                        .contains("berth: node.id = node-b: must be unlike that of every other node of the cluster,"
                                + " and 127.0.0.1:" + b.bus() + " has it");
                assertThat(twin.exitCode()).isEqualTo(1);
            }

            second.signal("TERM");
            first.awaitPeer("node-b", PeerState.LEFT);
            assertThat(second.exitCode()).isZero();
            try (NodeProcess successor = NodeProcess.member(folder, "node-b", c, members, List.of())) {
                first.awaitPeer("node-b", PeerState.UP);
                successor.awaitPeer("node-a", PeerState.UP);
            }
        }
    }

    /** The second does not look for the first, which finds it once both run, as after a partition. */
    @Test
    void youngerOfTwoOfOneNameStopsWhenTheyMeet() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = members(a, b);
        try (NodeProcess older = NodeProcess.member(folder, "node-a", a, members, List.of())) {
            older.port();
            try (NodeProcess younger = NodeProcess.member(folder, "node-a", b, members(b), List.of())) {
                younger.port();
                assertThat(younger.awaitEnd())
                        .anyMatch(line -> line.contains("another node has this one's node.id, and has started first"));
                assertThat(younger.exitCode()).isEqualTo(1);
            }
            older.awaitPeer("node-a", PeerState.LEFT);
            older.signal("TERM");
            assertThat(older.exitCode()).isZero();
        }
    }

    @Test
    void memberThatStandsStillHoldsUpNoStartAndIsFoundWhenItGoesOn() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = members(a, b);
        try (NodeProcess first = NodeProcess.member(folder, "node-a", a, members, List.of())) {
            first.port();
            first.signal("STOP");
            try (NodeProcess second = NodeProcess.member(folder, "node-b", b, members, List.of())) {
                second.await("members take connections and say nothing: .*127.0.0.1:" + a.member());
                second.port();
                first.signal("CONT");
                second.awaitPeer("node-a", PeerState.UP);
                first.awaitPeer("node-b", PeerState.UP);
                second.signal("TERM");
                assertThat(second.awaitEnd()).noneMatch(line -> line.startsWith("\tat "));
            }
            first.signal("TERM");
            assertThat(first.awaitEnd()).noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @Test
    void nodeOfAnotherClusterNameStaysAlone() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = members(a, b);
        try (NodeProcess first = NodeProcess.member(folder, "node-a", a, members, List.of());
                NodeProcess other = NodeProcess.member(folder, "node-b", b, members, List.of("cluster.name=other"))) {
            first.port();
            other.port();
            other.await("the target cluster has a different cluster-name");
            other.await("alone: no other node is reached");
            other.signal("TERM");
            assertThat(other.awaitEnd()).noneMatch(line -> line.contains("to=\"UP"));
            first.signal("TERM");
            assertThat(first.awaitEnd()).noneMatch(line -> line.contains("to=\"UP"));
        }
    }

    @Test
    void nodesWithCertificatesFindEachOtherByNameAndNobodyElseGetsIn() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        Ports a = Ports.free();
        Ports b = Ports.free();
        List<String> settingsOfA = named(authority, "node-a", a, a);
        List<String> settingsOfB = named(authority, "node-b", b, a);
        try (NodeProcess first = NodeProcess.start(folder, "node-a", List.of(), settingsOfA);
                NodeProcess second = NodeProcess.start(folder, "node-b", List.of(), settingsOfB)) {
            first.awaitPeer("node-b", PeerState.UP);
            second.awaitPeer("node-a", PeerState.UP);

            assertThat(answerTo(a.bus(), "GET / HTTP/1.1\r\n\r\n")).isNotPositive();
            assertThat(answerTo(a.bus(), "\u007f\u007f\u007f\u007f garbage")).isNotPositive();
            assertThatThrownBy(() -> client(a.member())).hasMessageContaining("Unable to connect");

            second.signal("TERM");
            first.awaitPeer("node-b", PeerState.LEFT);
        }
    }

    @Test
    void nodeThatStandsAloneLoadsNothingOfTheCluster() throws Exception {
        try (NodeProcess alone = NodeProcess.start(folder, "alone", List.of("-Xlog:class+load:stdout"), List.of())) {
            alone.await("berth .* listening on");
            alone.signal("TERM");
            assertThat(alone.awaitEnd())
                    .anyMatch(line -> line.contains("dev.berth.RunnerService"))
                    .noneMatch(line -> line.contains("com.hazelcast.") || line.contains("cluster.hazelcast"));
            assertThat(alone.exitCode()).isZero();
        }
    }

    @Test
    void portThatIsTakenIsToldInOneLine() throws Exception {
        Ports ports = Ports.free();
        try (java.net.ServerSocket taken = new java.net.ServerSocket(ports.bus(), 1, InetAddress.getLoopbackAddress());
                NodeProcess node = NodeProcess.member(folder, "node-a", ports, "127.0.0.1", List.of())) {
            assertThat(node.awaitEnd())
                    .contains("berth: cluster.busPort = " + taken.getLocalPort()
                            + ": must be a port that is free on cluster.host = 127.0.0.1: Address already in use");
            assertThat(node.exitCode()).isEqualTo(1);
        }
    }

    private static String members(Ports... nodes) {
        StringBuilder members = new StringBuilder();
        for (Ports node : nodes) {
            members.append(" 127.0.0.1:").append(node.member());
        }
        return members.toString();
    }

    private static List<String> named(TestCertificates authority, String name, Ports ports, Ports found) {
        TestCertificates.Identity identity = authority.issue(name);
        return List.of(
                "node.id=" + name,
                "cluster.enabled=true",
                "cluster.dns=localhost:" + found.member(),
                "cluster.memberPort=" + ports.member(),
                "cluster.busPort=" + ports.bus(),
                "cluster.tls.certificate=" + identity.certificate(),
                "cluster.tls.key=" + identity.key(),
                "cluster.tls.authority=" + authority.authority);
    }

    /** How many bytes come back before the port closes the connection; -1 for none. TLS alerts are not counted. */
    private static int answerTo(int port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            int first = in.read();
            boolean alert = first == 21;
            return alert ? -1 : first;
        }
    }

    private static void client(int port) {
        ClientConfig config = new ClientConfig();
        config.setClusterName("berth");
        config.setProperty("hazelcast.logging.type", "none");
        config.getNetworkConfig().addAddress("127.0.0.1:" + port);
        config.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(2_000);
        HazelcastClient.newHazelcastClient(config).shutdown();
    }
}
