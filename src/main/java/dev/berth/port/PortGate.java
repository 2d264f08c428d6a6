package dev.berth.port;

import dev.berth.config.GrpcConfig;
import dev.berth.ingress.ClientConnection;
import dev.berth.ingress.ClientStreams;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who gets a connection to the runner port: only clients of allowed networks, only so many at once, and only those
 * that speak HTTP/2 in time. When all are in use, the one that has been silent longest gives way to whoever comes. One
 * for a node. Thread-safe.
 */
public final class PortGate {
    private static final Logger LOG = LoggerFactory.getLogger(PortGate.class);
    private static final long LINE_EVERY = TimeUnit.MINUTES.toNanos(1);

    private final List<IpSubnetFilterRule> allowed;
    private final GrpcConfig config;
    private final GrpcConfig.Limits limits;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<Ends, Channel> silent = new ConcurrentHashMap<>();
    /** The same, in the order in which they came. */
    private final NavigableMap<Long, Silence> silentInOrder = new ConcurrentSkipListMap<>();

    private final AtomicLong arrivals = new AtomicLong();
    private final List<Channel> doors = new CopyOnWriteArrayList<>();
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

    /** The two ends of a TCP connection, by which the server's connection is found to be this one. */
    private record Ends(SocketAddress remote, SocketAddress local) {}

    public PortGate(GrpcConfig config) {
        this.allowed = config.allow().stream().map(PortGate::rule).toList();
        this.config = config;
        this.limits = config.limits();
    }

    private static IpSubnetFilterRule rule(String network) {
        int slash = network.indexOf('/');
        String address = slash < 0 ? network : network.substring(0, slash);
        int whole = address.indexOf(':') < 0 ? 32 : 128;
        int prefix = slash < 0 ? whole : Integer.parseInt(network.substring(slash + 1));
        return new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT);
    }

    /** Whether clients at this address may connect. */
    public boolean allows(InetSocketAddress client) {
        return allowed.isEmpty() || allowed.stream().anyMatch(rule -> rule.matches(client));
    }

    /** Whether anybody in a network, given as address/prefix, may connect. */
    public boolean allowsAnyOf(String network) {
        return config.allow().isEmpty()
                || config.allow().stream()
                        .anyMatch(entry -> rule(entry).matches(base(network))
                                || rule(network).matches(base(entry)));
    }

    private static InetSocketAddress base(String network) {
        int slash = network.indexOf('/');
        return new InetSocketAddress(slash < 0 ? network : network.substring(0, slash), 0);
    }

    /** A server listens, or is about to. */
    void opening(Channel door) {
        doors.add(door);
    }

    /** Lets nobody in any more, so that others may have the port; who is in may stay. Completes when it is free. */
    public Future<Void> shut() {
        return Future.join(doors.stream().map(PortGate::closed).toList()).mapEmpty();
    }

    private static Future<Void> closed(Channel door) {
        Promise<Void> closed = Promise.promise();
        door.close().addListener(done -> closed.complete());
        return closed.future();
    }

    /** Whether an accepted connection, of which nothing has been read, is let in; else it is closed. */
    boolean admit(Channel connection) {
        if (!(connection.remoteAddress() instanceof InetSocketAddress client)) {
            return refuse(connection, "it has gone");
        }
        if (!allows(client)) {
            return refuse(connection, "its address is in no network of grpc.allow");
        }
        if (open.incrementAndGet() > limits.maxConnections() && !makeRoom()) {
            open.decrementAndGet();
            return refuse(connection, "there are grpc.maxConnections already");
        }
        Silence silence = new Silence(connection);
        silentInOrder.put(silence.arrival, silence);
        connection.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            silentInOrder.remove(silence.arrival);
        });
        connection.pipeline().addLast(silence);
        return true;
    }

    /** Ends the connection that has been silent longest. Whether there is one. */
    private boolean makeRoom() {
        Map.Entry<Long, Silence> longest = silentInOrder.pollFirstEntry();
        if (longest == null) {
            return false;
        }
        longest.getValue().giveWay();
        return true;
    }

    private boolean refuse(Channel connection, String why) {
        Object client = connection.remoteAddress();
        connection.unsafe().closeForcibly();
        tell(client, why);
        return false;
    }

    private void tell(Object client, String why) {
        long now = System.nanoTime();
        long due = nextLine.get();
        if (now - due >= 0 && nextLine.compareAndSet(due, now + LINE_EVERY)) {
            LOG.atWarn()
                    .addKeyValue("client", client)
                    .addKeyValue("reason", why)
                    .log("connection refused; no further line of this kind for a minute");
        }
    }

    /** Called on the connection's event loop when its client has begun to speak HTTP. */
    @Nullable
    ClientConnection greet(HttpConnection speaking, ClientStreams streams) {
        Channel channel = silent.get(new Ends(speaking.remoteAddress(), speaking.localAddress()));
        ClientConnection connection = channel == null ? null : ClientConnection.of(channel, streams);
        if (channel != null && connection != null) {
            channel.pipeline().remove(Silence.class);
        }
        return connection;
    }

    /** Connections open now. For metrics and tests. */
    public int open() {
        return open.get();
    }

    /** Closes the connection unless it is removed in time: until then its client has said nothing that counts. */
    private final class Silence extends ChannelInboundHandlerAdapter {
        private @Nullable ScheduledFuture<?> timer;
        private @Nullable Ends ends;
        private final long arrival = arrivals.incrementAndGet();
        private final Channel connection;
        private volatile boolean givesWay;

        Silence(Channel connection) {
            this.connection = connection;
        }

        /** Any thread; the connection may not have come to its event loop yet. */
        void giveWay() {
            tell(connection.remoteAddress(), "there are grpc.maxConnections already, and it has said nothing yet");
            givesWay = true;
            if (connection.isRegistered()) {
                connection.eventLoop().execute(this::closeIfSilent);
            }
        }

        private void closeIfSilent() {
            // It may have begun to speak meanwhile.
            if (connection.pipeline().get(Silence.class) == this) {
                connection.unsafe().close(connection.voidPromise());
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (context.channel().remoteAddress() instanceof InetSocketAddress remote
                    && context.channel().localAddress() instanceof InetSocketAddress local) {
                ends = new Ends(SocketAddress.inetSocketAddress(remote), SocketAddress.inetSocketAddress(local));
                silent.put(ends, context.channel());
            }
            Channel channel = context.channel();
            Runnable close = () -> channel.unsafe().close(channel.voidPromise());
            timer = context.executor().schedule(close, limits.openTimeout().toMillis(), TimeUnit.MILLISECONDS);
            context.fireChannelActive();
            if (givesWay) {
                closeIfSilent();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            stop();
            context.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            stop();
        }

        private void stop() {
            if (timer != null) {
                timer.cancel(false);
                timer = null;
            }
            if (ends != null) {
                silent.remove(ends);
                ends = null;
            }
            silentInOrder.remove(arrival);
        }
    }
}
