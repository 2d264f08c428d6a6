package dev.berth.port;

import dev.berth.config.ClusterConfig;
import dev.berth.config.GrpcConfig;
import dev.berth.config.HttpConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.engine.FunctionNetwork;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A function that reaches a port of the runner's can do what the port's clients can, unless clients must show who they are:
 * above all, call other tenants' functions.
 */
public final class OpenPortWarning {
    private static final Logger LOG = LoggerFactory.getLogger(OpenPortWarning.class);

    private OpenPortWarning() {}

    /**
     * A port that asks nobody who they are.
     *
     * @param host that it is bound to
     * @param danger what functions can do there
     * @param remedy against those on a network of their own
     * @param remedyOnHost against those that are on the host itself
     * @param admits whether it takes anybody of a network, given as address/prefix
     */
    private record Port(String host, String danger, String remedy, String remedyOnHost, Predicate<String> admits) {}

    /** @param networks those that functions are on */
    public static void check(RunnerConfig config, PortGate gate, Future<List<FunctionNetwork>> networks) {
        networks.onSuccess(known -> lines(config, gate, known, ownAddresses()).forEach(LOG::warn));
    }

    /**
     * What is to be said at the start.
     *
     * @param own addresses of this machine
     */
    static List<String> lines(
            RunnerConfig config, PortGate gate, List<FunctionNetwork> networks, List<InetAddress> own) {
        List<String> lines = new ArrayList<>();
        for (Port port : ports(config, gate)) {
            for (FunctionNetwork network : networks) {
                if (network.ofHost()) {
                    ofHost(port, network, own, lines);
                } else if (!ClusterConfig.isLoopback(port.host())) {
                    network.subnets().stream()
                            .filter(port.admits())
                            .forEach(subnet -> lines.add("functions on network %s (%s) can reach %s; set %s"
                                    .formatted(network.name(), subnet, port.danger(), port.remedy())));
                }
            }
        }
        return lines;
    }

    private static void ofHost(Port port, FunctionNetwork network, List<InetAddress> own, List<String> lines) {
        boolean reach = own.stream()
                .filter(address -> address.isLoopbackAddress() || !ClusterConfig.isLoopback(port.host()))
                .anyMatch(address -> port.admits().test(address.getHostAddress()));
        if (reach) {
            lines.add("functions on network %s have this machine's own addresses and can reach %s; set %s"
                    .formatted(network.name(), port.danger(), port.remedyOnHost()));
        }
    }

    private static List<Port> ports(RunnerConfig config, PortGate gate) {
        List<Port> ports = new ArrayList<>();
        GrpcConfig grpc = config.grpc();
        if (!identifies(grpc.tls())) {
            String danger = "this port and run other tenants' functions";
            String certificates = "TLS with client certificates";
            ports.add(new Port(grpc.host(), danger, "grpc.allow or " + certificates, certificates, gate::allowsAnyOf));
        }
        HttpConfig http = config.http();
        if (http.on() && http.readToken() == null && http.operatorToken() == null && !identifies(http.tls())) {
            String danger = "the operations port and do what operators can";
            ports.add(
                    new Port(http.host(), danger, "http.operatorTokenFile", "http.operatorTokenFile", anybody -> true));
        }
        ClusterConfig cluster = config.cluster();
        if (cluster.enabled()) {
            String danger = "cluster.memberPort and pass for nodes";
            String fence = "cluster.host to an address that they cannot reach, or a firewall before it";
            ports.add(new Port(cluster.host(), danger, fence, fence, anybody -> true));
        }
        if (cluster.enabled() && cluster.tls() == null) {
            String danger = "cluster.busPort and rule every node";
            ports.add(new Port(cluster.host(), danger, "cluster.tls", "cluster.tls", anybody -> true));
        }
        return ports;
    }

    private static boolean identifies(GrpcConfig.@Nullable Tls tls) {
        return tls != null && tls.clientAuthority() != null;
    }

    /** Without scopes, which networks do not have. */
    private static List<InetAddress> ownAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress())
                    .toList();
        } catch (SocketException unknown) {
            return List.of(new InetSocketAddress("127.0.0.1", 0).getAddress());
        }
    }
}
