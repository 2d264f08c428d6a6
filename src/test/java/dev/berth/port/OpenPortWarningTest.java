package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.RunnerConfig;
import dev.berth.engine.FunctionNetwork;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a start says of functions that can reach the runner's ports. */
final class OpenPortWarningTest {
    private static final FunctionNetwork BRIDGE =
            new FunctionNetwork("bridge", List.of("172.17.0.0/16", "fd00:1::/64"), false);
    private static final FunctionNetwork HOST = new FunctionNetwork("host", List.of(), true);

    private static List<String> lines(FunctionNetwork network, String... settings) throws Exception {
        Map<String, String> variables = new HashMap<>(Map.of("BERTH_HTTP_PORT", "0"));
        for (int i = 0; i < settings.length; i += 2) {
            variables.put(settings[i], settings[i + 1]);
        }
        RunnerConfig config = RunnerConfig.load(null, variables::get);
        List<InetAddress> own = List.of(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("10.0.0.7"));
        return OpenPortWarning.lines(config, new PortGate(config.grpc()), List.of(network), own);
    }

    @Test
    void eachSubnetThatMayConnectIsNamed() throws Exception {
        String rest = " can reach this port and run other tenants' functions; set grpc.allow or TLS with client"
                + " certificates";
        assertThat(lines(BRIDGE))
                .containsExactly(
                        "functions on network bridge (172.17.0.0/16)" + rest,
                        "functions on network bridge (fd00:1::/64)" + rest);
        assertThat(lines(BRIDGE, "BERTH_GRPC_ALLOW", "172.16.0.0/12"))
                .containsExactly("functions on network bridge (172.17.0.0/16)" + rest);
        assertThat(lines(BRIDGE, "BERTH_GRPC_ALLOW", "10.0.0.0/8")).isEmpty();
        assertThat(lines(BRIDGE, "BERTH_GRPC_HOST", "127.0.0.1")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, '', true",
        "127.0.0.1, '', true",
        "127.0.0.1, 10.0.0.0/8, false",
        "0.0.0.0, 10.0.0.0/8, true",
        "0.0.0.0, 10.0.1.0/24, false"
    })
    void functionsOnTheHostReachLoopbackToo(String host, String allow, boolean reach) throws Exception {
        List<String> said = lines(HOST, "BERTH_GRPC_HOST", host, "BERTH_GRPC_ALLOW", allow);
        String line =
                "functions on network host have this machine's own addresses and can reach this port and run other"
                        + " tenants' functions; set TLS with client certificates";
        assertThat(said).isEqualTo(reach ? List.of(line) : List.of());
    }

    @Test
    void portsForOperatorsAndNodesAreNamedToo() throws Exception {
        String[] nodes = {
            "BERTH_GRPC_HOST", "127.0.0.1", "BERTH_CLUSTER_ENABLED", "true", "BERTH_CLUSTER_MEMBERS", "10.0.0.8",
            "BERTH_CLUSTER_HOST", "10.0.0.7", "BERTH_CLUSTER_INSECURE", "true", "BERTH_HTTP_PORT", "9191"
        };
        assertThat(lines(BRIDGE, nodes))
                .contains(
                        "functions on network bridge (172.17.0.0/16) can reach cluster.memberPort and pass for nodes; set"
                                + " cluster.host to an address that they cannot reach, or a firewall before it",
                        "functions on network bridge (172.17.0.0/16) can reach cluster.busPort and rule every node; set"
                                + " cluster.tls")
                .noneMatch(line -> line.contains("operations port") || line.contains("this port"));
        assertThat(lines(HOST, nodes))
                .contains(
                        "functions on network host have this machine's own addresses and can reach the operations port"
                                + " and do what operators can; set http.operatorTokenFile");
    }
}
