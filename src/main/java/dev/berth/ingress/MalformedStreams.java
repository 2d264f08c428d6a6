package dev.berth.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;

/**
 * Has a stream whose header block is illegal end alone. The library resets it, as HTTP/2 wants, but never takes down
 * that it was there, and takes what the client has sent on it meanwhile for frames of a stream that was never opened,
 * which end the connection. So streams are taken down here, as closed, when the reset of an unknown one goes out.
 *
 * <p>Stands between the library and the socket, where there is no other sign of it. A reset is told from bytes of an
 * answer that look like one by its promise: those of an answer share theirs with the frame they belong to.
 */
final class MalformedStreams extends ChannelOutboundHandlerAdapter {
    private static final int RESET_BYTES = 13;
    private static final long RESET_START = 0x0000_0403_00L;
    private static final int BITS_AFTER_START = 24;
    private static final int STREAM_AT = 5;

    private final Http2Connection connection;
    private final Runnable found;

    /** @param found called for each such stream */
    MalformedStreams(Http2Connection connection, Runnable found) {
        this.connection = connection;
        this.found = found;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof ByteBuf frame && isReset(frame, promise)) {
            reset(frame.getInt(frame.readerIndex() + STREAM_AT));
        }
        super.write(context, message, promise);
    }

    private static boolean isReset(ByteBuf frame, ChannelPromise promise) {
        return frame.readableBytes() == RESET_BYTES
                && frame.getLong(frame.readerIndex()) >>> BITS_AFTER_START == RESET_START
                && promise.getClass() == DefaultChannelPromise.class;
    }

    private void reset(int id) {
        Http2Connection.Endpoint<?> client = connection.remote();
        if (client.isValidStreamId(id) && !client.mayHaveCreatedStream(id)) {
            try {
                client.createStream(id, true).close();
            } catch (Http2Exception tooMany) {
                // It cannot be taken down. What else comes on it ends the connection.
                return;
            }
            found.run();
        }
    }
}
