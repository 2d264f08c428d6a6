package dev.berth.port;

import dev.berth.config.GrpcConfig;
import dev.berth.engine.FunctionNetwork;
import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A function that reaches the port can call other tenants' functions, unless clients must show who they are. */
public final class OpenPortWarning {
    private static final Logger LOG = LoggerFactory.getLogger(OpenPortWarning.class);

    private OpenPortWarning() {}

    /** @param networks those that functions are on */
    public static void check(GrpcConfig config, PortGate gate, Future<List<FunctionNetwork>> networks) {
        boolean identified = config.tls() != null && config.tls().clientAuthority() != null;
        if (identified || isLoopback(config.host())) {
            return;
        }
        networks.onSuccess(known -> known.forEach(network -> network.subnets().stream()
                .filter(gate::allowsAnyOf)
                .forEach(subnet -> LOG.warn(
                        "functions on network {} ({}) can reach this port and run other tenants' functions; set"
                                + " grpc.allow or TLS with client certificates",
                        network.name(),
                        subnet))));
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }
}
