package dev.berth.worker;

import dev.berth.worker.http.VertxSeam;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultChannelProgressivePromise;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.nio.AbstractNioChannel.NioUnsafe;
import io.netty.channel.unix.UnixChannel;
import io.vertx.core.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a function.
 *
 * <pre>
 * IDLE ──take──▶ TAKEN ──giveBack──▶ IDLE        any ──close, end, failure──▶ CLOSED
 * </pre>
 *
 * While it is idle whatever arrives belongs to nobody: it closes the connection, so that no call can take it for its
 * answer. Closing drops what has not been sent. Confined to the worker's context.
 */
final class FunctionChannel extends ChannelInboundHandlerAdapter {
    private enum Phase {
        IDLE,
        TAKEN,
        CLOSED
    }

    /** The call that has taken the connection. */
    interface User {
        /** Bytes of the function's; what is not read of them is dropped. */
        void received(ByteBuf bytes);

        /** The socket takes more. */
        void writable();

        /**
         * The connection has ended.
         *
         * @param failure null if the function closed it
         */
        void closed(@Nullable Throwable failure);
    }

    private static final Logger LOG = LoggerFactory.getLogger(FunctionChannel.class);
    private static final ThreadLocal<ByteBuffer> PEEK = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1));

    private final Context context;
    private @Nullable Channel channel;
    private @Nullable User user;
    private Phase phase = Phase.IDLE;
    private boolean flushing;

    FunctionChannel(Context context) {
        this.context = context;
    }

    /** Only while it is open and nobody has it. */
    void take(User by) {
        phase = Phase.TAKEN;
        user = by;
    }

    /** The number of the process that has begun to listen there, as this machine counts; -1: it cannot be known here. */
    int listener() {
        try {
            return channel instanceof EpollDomainSocketChannel local
                    ? local.peerCredentials().pid()
                    : -1;
        } catch (IOException closed) {
            return -1;
        }
    }

    /** The call is over, and request and answer went over the connection completely. */
    void giveBack() {
        if (phase == Phase.TAKEN) {
            phase = Phase.IDLE;
            user = null;
            resume();
        }
    }

    boolean open() {
        return phase != Phase.CLOSED;
    }

    /** The number of its file descriptor. Only of a native socket. */
    int descriptor() {
        return ((UnixChannel) channel()).fd().intValue();
    }

    /** For bytes to be written. */
    ByteBuf buffer(int bytes) {
        return channel().alloc().ioBuffer(bytes);
    }

    /** To be flushed. Completes at the latest when the connection closes. */
    ChannelFuture write(ByteBuf bytes) {
        return channel().write(bytes);
    }

    /**
     * The same.
     *
     * @param partTaken told when the socket has taken a part of it, or all; again with each further part
     */
    ChannelFuture write(ByteBuf bytes, Runnable partTaken) {
        return channel().write(bytes, new DefaultChannelProgressivePromise(channel()) {
            @Override
            public boolean tryProgress(long progress, long total) {
                partTaken.run();
                return true;
            }
        });
    }

    void flush() {
        channel().flush();
    }

    /** Flushes once what the event loop has to do now is done, so that more can go with it. */
    void flushSoon() {
        if (!flushing) {
            flushing = true;
            VertxSeam.afterTurn(context, () -> {
                flushing = false;
                flush();
            });
        }
    }

    boolean full() {
        return !channel().isWritable();
    }

    /** Reads no more. A little that was on its way may still come. */
    void pause() {
        channel().config().setAutoRead(false);
    }

    void resume() {
        channel().config().setAutoRead(true);
    }

    /**
     * Looks whether something waits in the socket that has not been heard of yet, its end included. If so the
     * connection is closed, and its user hears nothing.
     *
     * @return whether nothing does
     */
    boolean quiet() {
        if (phase != Phase.CLOSED && unread()) {
            LOG.debug("function has written, or closed, before it was asked");
            close();
        }
        return phase != Phase.CLOSED;
    }

    private boolean unread() {
        if (channel() instanceof UnixChannel socket) {
            try {
                return socket.fd().read(PEEK.get(), 0, 1) != 0;
            } catch (IOException broken) {
                return true;
            }
        }
        User kept = user;
        user = null;
        // Has what it finds passed on at once, which closes a connection without a user.
        ((NioUnsafe) channel().unsafe()).read();
        user = kept;
        return phase == Phase.CLOSED;
    }

    /** Closes at once, without telling the user. Idempotent. */
    void close() {
        phase = Phase.CLOSED;
        user = null;
        if (channel != null) {
            channel.close().addListener(closed -> LOG.trace("connection closed"));
        }
    }

    private Channel channel() {
        return Objects.requireNonNull(channel, "not connected");
    }

    @Override
    public void handlerAdded(ChannelHandlerContext handler) {
        channel = handler.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext handler, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            VertxSeam.run(context, () -> received(bytes));
        } finally {
            bytes.release();
        }
    }

    private void received(ByteBuf bytes) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (user != null) {
            user.received(bytes);
        } else {
            LOG.debug("function has written without being asked");
            close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext handler) {
        if (handler.channel().isWritable()) {
            VertxSeam.run(context, () -> {
                if (user != null) {
                    user.writable();
                }
            });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext handler) {
        VertxSeam.run(context, () -> ended(null));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext handler, Throwable failure) {
        VertxSeam.run(context, () -> ended(failure));
    }

    private void ended(@Nullable Throwable failure) {
        User told = user;
        close();
        if (told != null) {
            told.closed(failure instanceof ClosedChannelException ? null : failure);
        }
    }
}
