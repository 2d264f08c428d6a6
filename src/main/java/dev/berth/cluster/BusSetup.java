package dev.berth.cluster;

import dev.berth.config.ClusterConfig;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.InetAddress;
import java.util.Set;

/**
 * The bus between nodes. With certificates both ends show theirs and trust the cluster's authority alone; the names
 * in them are not looked at.
 */
final class BusSetup {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int PING_MILLIS = 2_000;
    /**
     * A connection that is given up takes with it what was on its way, and the calls it belonged to. So it is not given
     * up for a process that is only slow: of a node that is lost the peers' state tells sooner.
     */
    private static final int PONG_MILLIS = 15_000;
    /**
     * The system would let a connection have megabytes, and all that is said of a node would wait behind them. Linux takes
     * twice as much for it, and for what it keeps beside the bytes: at 10 Mbit/s it is a fifth of a second at most.
     */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    private BusSetup() {}

    /** @param bind the address that {@code cluster.host} stands for, looked up once for both ports */
    static EventBusOptions options(ClusterConfig cluster, InetAddress bind) {
        EventBusOptions options = new EventBusOptions()
                .setHost(bind.getHostAddress())
                .setPort(cluster.busPort())
                .setClusterPublicHost(cluster.publicHost())
                .setClusterPublicPort(cluster.busPort())
                .setConnectTimeout(CONNECT_MILLIS)
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PONG_MILLIS)
                .setSendBufferSize(SEND_BUFFER_BYTES)
                .setTcpUserTimeout((int) cluster.times().lostAfter().toMillis())
                .setTrustAll(false);
        ClusterConfig.Tls tls = cluster.tls();
        if (tls != null) {
            options.setSsl(true)
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(tls.certificate().toString())
                            .setKeyPath(tls.key().toString()))
                    .setTrustOptions(
                            new PemTrustOptions().addCertPath(tls.authority().toString()));
        }
        return options;
    }
}
