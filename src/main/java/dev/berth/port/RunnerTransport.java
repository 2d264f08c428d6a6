package dev.berth.port;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The machine's transport; but what one turn of the event loop has to say to the client of a server goes out in one
 * system call at the turn's end, and wakes the client once; and its connections come through a {@link PortGate}.
 * That is for servers of HTTP. Other nodes' connections to the bus get a reader in front of the library's.
 */
public final class RunnerTransport implements io.vertx.core.transport.Transport, Transport {
    /** After so many flushes in one turn the socket is written to without waiting for the turn's end. */
    private static final int FLUSHES = 64;

    private final io.vertx.core.transport.Transport machine;
    private final Transport implementation;
    private final PortGate gate;
    private final @Nullable Supplier<ChannelHandler> busReader;

    private RunnerTransport(
            io.vertx.core.transport.Transport machine, PortGate gate, @Nullable Supplier<ChannelHandler> busReader) {
        this.gate = gate;
        this.busReader = busReader;
        this.machine = machine;
        this.implementation = machine.implementation();
    }

    /**
     * Over the native transport where there is one, else NIO.
     *
     * @param gate decides on the connections that servers of it get
     */
    public static io.vertx.core.transport.Transport create(PortGate gate) {
        return create(gate, null);
    }

    /**
     * The same for a node of a cluster.
     *
     * @param busReader makes what reads, before the library does, what comes on a new connection to the bus
     */
    public static io.vertx.core.transport.Transport create(
            PortGate gate, @Nullable Supplier<ChannelHandler> busReader) {
        io.vertx.core.transport.Transport fast = io.vertx.core.transport.Transport.nativeTransport();
        return new RunnerTransport(
                fast != null && fast.available() ? fast : io.vertx.core.transport.Transport.NIO, gate, busReader);
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        implementation.configure(options, domainSocket, bootstrap);
        if (options instanceof HttpServerOptions) {
            bootstrap.handler(new Accepted(gate));
        } else if (busReader != null) {
            // A node has no other server of bare TCP.
            bootstrap.handler(new FromNodes(busReader));
        }
    }

    /** Sees connections of other nodes before anything of the bus's own is put on them. */
    @Sharable
    private static final class FromNodes extends ChannelInboundHandlerAdapter {
        private final Supplier<ChannelHandler> reader;

        FromNodes(Supplier<ChannelHandler> reader) {
            this.reader = reader;
        }

        @Override
        public void channelRead(ChannelHandlerContext server, Object message) {
            if (message instanceof Channel connection) {
                connection.pipeline().addLast(new Reading(reader.get()));
            }
            server.fireChannelRead(message);
        }
    }

    /** Stands for the reader until it is known whether that comes after TLS, whose handshake is yet to begin. */
    private static final class Reading extends ChannelInboundHandlerAdapter {
        private final ChannelHandler reader;

        Reading(ChannelHandler reader) {
            this.reader = reader;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            ChannelPipeline pipeline = context.pipeline();
            if (pipeline.get(SslHandler.class) == null) {
                pipeline.addAfter(context.name(), null, reader);
            } else {
                // The bus adds its own when the handshake is over.
                pipeline.addLast(reader);
            }
            context.fireChannelActive();
            pipeline.remove(this);
        }
    }

    /** Sees connections before anything of the server's own is put on them. */
    @Sharable
    private static final class Accepted extends ChannelInboundHandlerAdapter {
        private final PortGate gate;

        Accepted(PortGate gate) {
            this.gate = gate;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext server) {
            gate.opening(server.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext server, Object message) {
            if (message instanceof Channel connection) {
                if (!gate.admit(connection)) {
                    return;
                }
                connection.pipeline().addLast(new FlushConsolidationHandler(FLUSHES, true));
            }
            server.fireChannelRead(message);
        }
    }

    // The rest is the machine's.

    @Override
    public String name() {
        return machine.name();
    }

    @Override
    public boolean available() {
        return machine.available();
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
        return machine.unavailabilityCause();
    }

    @Override
    public Transport implementation() {
        return this;
    }

    @Override
    public boolean isAvailable() {
        return implementation.isAvailable();
    }

    @Override
    public boolean supportsDomainSockets() {
        return implementation.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return implementation.supportFileRegion();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return implementation.convert(address);
    }

    @Override
    public io.vertx.core.net.@Nullable SocketAddress convert(SocketAddress address) {
        return implementation.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return implementation.ioHandlerFactory();
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
        return implementation.eventLoopGroup(type, threads, factory, ioRatio);
    }

    @Override
    public DatagramChannel datagramChannel() {
        return implementation.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // the type is part of the library's interface
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return implementation.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return implementation.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return implementation.serverChannelFactory(domainSocket);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        implementation.configure(channel, options);
    }

    @Override
    public void configure(ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
        implementation.configure(options, connectTimeout, domainSocket, bootstrap);
    }
}
