package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WholeFramesTest {
    private static final int BUFFER = 64;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final Library library = new Library();
    private Channel channel;

    @BeforeEach
    void connect() throws Exception {
        LocalAddress address = new LocalAddress(WholeFramesTest.class);
        new ServerBootstrap()
                .group(loop)
                .channel(LocalServerChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(address)
                .sync();
        channel = new Bootstrap()
                .group(loop)
                .channel(LocalChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        created.pipeline().addLast(new WholeFrames(), library);
                    }
                })
                .connect(address)
                .sync()
                .channel();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(BUFFER / 2, BUFFER));
    }

    @AfterEach
    void close() throws Exception {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    @Test
    void withinAWriteItIsToldAtOnceThatTheConnectionIsFullAndThatItIsNoMoreAfterTheTurn() throws Exception {
        assertThat(inOneTurn(() -> {
                    channel.write(Unpooled.wrappedBuffer(new byte[2 * BUFFER]));
                    return List.copyOf(library.told);
                }))
                .containsExactly(false);

        assertThat(inOneTurn(() -> List.copyOf(library.told))).containsExactly(false, true);
    }

    @Test
    void outsideOfAWriteAllIsToldAtOnce() throws Exception {
        library.flushes = false;

        assertThat(inOneTurn(() -> {
                    channel.write(Unpooled.wrappedBuffer(new byte[2 * BUFFER]));
                    channel.flush();
                    return List.copyOf(library.told);
                }))
                .containsExactly(false, true);
    }

    private List<Boolean> inOneTurn(Callable<List<Boolean>> task) throws Exception {
        return channel.eventLoop().submit(task).get(10, TimeUnit.SECONDS);
    }

    /** Flushes a full connection, as the library does. */
    private static final class Library extends ChannelInboundHandlerAdapter {
        private final List<Boolean> told = new ArrayList<>();
        private volatile boolean flushes = true;

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            boolean writable = context.channel().isWritable();
            told.add(writable);
            if (!writable && flushes) {
                context.flush();
            }
        }
    }
}
