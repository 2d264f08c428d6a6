package dev.berth.logs;

import dev.berth.call.SyslogAddress;
import dev.berth.config.FunctionLogConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens ways to one syslog server, one after the other. Confined to one context. */
final class SyslogConnector {
    private static final int CONNECT_MILLIS = 5_000;
    /** A server that takes nothing for so long is given up by the kernel, whatever waits for it. */
    private static final int STALLED_MILLIS = 10_000;

    private final Vertx vertx;
    private final SyslogAddress address;
    private final FunctionLogConfig.Syslog config;
    private @Nullable NetClient client;

    SyslogConnector(Vertx vertx, SyslogAddress address, FunctionLogConfig.Syslog config) {
        this.vertx = vertx;
        this.address = address;
        this.config = config;
    }

    SyslogAddress address() {
        return address;
    }

    /**
     * Finds the server and, but for UDP, reaches it.
     *
     * @param closed called when a connection has ended, by whomever
     */
    Future<SyslogSocket> connect(Runnable closed) {
        return switch (address.transport()) {
            case UDP -> packets(closed);
            case TCP ->
                stream(SocketAddress.inetSocketAddress(address.port(), address.host()), closed)
                        .map(SyslogSocket.Lines::new);
            case TLS ->
                stream(SocketAddress.inetSocketAddress(address.port(), address.host()), closed)
                        .map(SyslogSocket.Counted::new);
            case UNIXGRAM -> Future.failedFuture("unixgram sockets are not sent to from here");
            case UNIX ->
                stream(SocketAddress.domainSocketAddress(address.host()), closed)
                        .map(SyslogSocket.Lines::new);
        };
    }

    /** Ends what is open or being opened. */
    Future<Void> close() {
        return client == null ? Future.succeededFuture() : client.close();
    }

    private Future<SyslogSocket> packets(Runnable closed) {
        return vertx.executeBlocking(() -> InetAddress.getByName(address.host()), false)
                .map(found -> {
                    DatagramSocket socket = vertx.createDatagramSocket(
                            new DatagramSocketOptions().setIpV6(found instanceof Inet6Address));
                    socket.exceptionHandler(broken -> closed.run());
                    return new SyslogSocket.Packets(socket, found.getHostAddress(), address.port());
                });
    }

    private Future<NetSocket> stream(SocketAddress to, Runnable closed) {
        NetClient connecting = client;
        if (connecting == null) {
            connecting = vertx.createNetClient(options());
            client = connecting;
        }
        return connecting.connect(to).onSuccess(socket -> {
            socket.closeHandler(end -> closed.run());
            // It is closed then, which is told of.
            socket.exceptionHandler(broken -> {});
            // Servers have nothing to say; but only who reads hears of the end.
            socket.handler(nothing -> {});
        });
    }

    private NetClientOptions options() {
        NetClientOptions options =
                new NetClientOptions().setConnectTimeout(CONNECT_MILLIS).setTcpKeepAlive(true);
        if (address.transport() != SyslogAddress.Transport.UNIX) {
            options.setTcpUserTimeout(STALLED_MILLIS);
        }
        if (address.transport() == SyslogAddress.Transport.TLS) {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm("HTTPS")
                    .setSslHandshakeTimeout(CONNECT_MILLIS)
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
            if (config.authority() != null) {
                options.setTrustOptions(
                        new PemTrustOptions().addCertPath(config.authority().toString()));
            }
        }
        return options;
    }
}
