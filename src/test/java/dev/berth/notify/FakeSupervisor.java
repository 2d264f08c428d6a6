package dev.berth.notify;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A socket as systemd's, and what came to it. */
public final class FakeSupervisor implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<List<String>> messages = new LinkedBlockingQueue<>();
    private final Channel channel;

    /** @param path {@code @} in front stands for the null byte of an abstract one */
    public FakeSupervisor(String path) {
        channel = new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        messages.add(packet.content()
                                .toString(StandardCharsets.UTF_8)
                                .lines()
                                .toList());
                    }
                })
                .bind(new DomainSocketAddress(path.startsWith("@") ? "\0" + path.substring(1) : path))
                .syncUninterruptibly()
                .channel();
    }

    /** The next message, line by line; fails if none comes. */
    public List<String> next() throws InterruptedException {
        List<String> message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("the supervisor has been told nothing");
        }
        return message;
    }

    /** What has come already; null: nothing. */
    @Nullable
    List<String> now() {
        return messages.poll();
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
}
