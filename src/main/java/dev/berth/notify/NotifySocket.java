package dev.berth.notify;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Unix datagram socket to the supervisor, which Java has none of, on a thread of its own: it must be able to tell
 * when other threads are stuck, and to keep silent then. Sending never fails; what cannot be sent is logged once.
 */
final class NotifySocket {
    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);

    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Channel channel;
    private boolean warned;

    private NotifySocket(EventLoopGroup group, Channel channel) {
        this.group = group;
        this.loop = channel.eventLoop();
        this.channel = channel;
    }

    /**
     * Blocks for a moment.
     *
     * @param path of the socket; {@code @} in front stands for the null byte of an abstract one
     */
    static NotifySocket open(String path) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("there is no native transport: "
                    + Epoll.unavailabilityCause().getMessage());
        }
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("berth-notify", true), EpollIoHandler.newFactory());
        Channel channel = new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path.startsWith("@") ? "\0" + path.substring(1) : path))
                .awaitUninterruptibly()
                .channel();
        if (!channel.isActive()) {
            end(group);
            throw new IOException("nobody listens at " + path);
        }
        return new NotifySocket(group, channel);
    }

    /** The thread that this socket's state, and its user's, is confined to. */
    EventLoop loop() {
        return loop;
    }

    /** @param lines of the form NAME=value, with line ends between them */
    void send(String lines) {
        channel.writeAndFlush(Unpooled.copiedBuffer(lines, StandardCharsets.UTF_8))
                .addListener(sent -> {
                    if (!sent.isSuccess() && !warned) {
                        warned = true;
                        LOG.atWarn()
                                .addKeyValue(
                                        "reason", String.valueOf(sent.cause().getMessage()))
                                .log("cannot tell the supervisor");
                    }
                });
    }

    /** What was sent before arrives. */
    void close() {
        channel.close().addListener(closed -> end(group));
    }

    private static void end(EventLoopGroup group) {
        Future<?> unused = group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }
}
