package dev.berth.ingress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.flush.FlushConsolidationHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between a connection's HTTP/2 and its socket. What one turn of the event loop has to say to a client goes
 * out in one system call and wakes the client once.
 *
 * <p>It also stops errors that concern one stream. Trailers that wait for flow control when their stream is reset
 * are reported to the connection as a whole, which the library would then close, with every other call on it.
 */
final class TurnFlush extends FlushConsolidationHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TurnFlush.class);
    /** After so many flushes in one turn the socket is written to without waiting for the turn's end. */
    private static final int FLUSHES = 64;

    TurnFlush() {
        super(FLUSHES, true);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext connection, Throwable cause) throws Exception {
        if (cause instanceof Http2Exception http2 && Http2Exception.isStreamError(http2)) {
            LOG.atTrace().setCause(cause).log("a stream was reset before its trailers");
        } else {
            super.exceptionCaught(connection, cause);
        }
    }
}
