package dev.berth.worker;

import dev.berth.worker.http.VertxSeam;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** Connects to the sockets of a worker's functions, on the worker's own event loop. */
final class FunctionDialer {
    private final Context context;
    private final EventLoop loop;
    private final boolean epoll;

    /** @param context the worker's, on whose thread everything of the connections happens */
    FunctionDialer(Context context) {
        this.context = context;
        this.loop = VertxSeam.eventLoop(context);
        this.epoll = loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
    }

    /**
     * Connects to a socket. Fails with what the system says, and then nothing has been sent.
     *
     * @return completed on the worker's context
     */
    Future<FunctionChannel> connect(Path socket) {
        Promise<FunctionChannel> made = Promise.promise();
        FunctionChannel handler = new FunctionChannel(context);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(handler);
                    }
                });
        bootstrap
                .connect(address(socket))
                .addListener(done -> onContext(() -> {
                    if (done.isSuccess()) {
                        made.complete(handler);
                    } else {
                        made.fail(done.cause());
                    }
                }));
        return made.future();
    }

    /** Whether {@link FunctionChannel#descriptor()} is known of its connections. */
    boolean numbersDescriptors() {
        return epoll;
    }

    /** A channel that could not even be made is told of by a thread of its own. */
    private void onContext(Runnable task) {
        if (loop.inEventLoop()) {
            VertxSeam.run(context, task);
        } else {
            context.runOnContext(turn -> task.run());
        }
    }

    private SocketAddress address(Path socket) {
        return epoll ? new DomainSocketAddress(socket.toFile()) : UnixDomainSocketAddress.of(socket);
    }
}
