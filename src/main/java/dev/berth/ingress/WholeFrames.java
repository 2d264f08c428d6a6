package dev.berth.ingress;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Keeps frames whole. The library writes a frame in pieces, its head first. A piece that fills the connection's buffer
 * makes the socket be flushed within that write; where the socket takes all of it the connection is writable again, and
 * whoever is told so at once writes frames of other streams into the midst of this one: what follows is garbage to the
 * client, for all its calls. So that it is writable again is told after the turn.
 *
 * <p>That it is not is told at once, which makes nobody write. Were both told later, the library would hear of no change:
 * a stream that began in between, and was told that it may not write, would wait for ever.
 *
 * <p>Stands between the library and the socket. Confined to the connection's event loop.
 */
final class WholeFrames extends ChannelDuplexHandler {
    private boolean writing;
    private boolean untold;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        boolean outer = writing;
        writing = true;
        try {
            super.write(context, message, promise);
        } finally {
            writing = outer;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!writing || !context.channel().isWritable()) {
            context.fireChannelWritabilityChanged();
        } else if (!untold) {
            untold = true;
            context.executor().execute(() -> {
                untold = false;
                context.fireChannelWritabilityChanged();
            });
        }
    }
}
