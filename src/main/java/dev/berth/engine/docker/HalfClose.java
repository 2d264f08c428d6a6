package dev.berth.engine.docker;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/** Ends one direction of a connection, for which Vert.x has no public way. */
final class HalfClose {
    private HalfClose() {}

    /** Nothing more can be sent; what comes from the other side still does. Not for connections with TLS. */
    static Future<Void> output(NetSocket socket) {
        Promise<Void> done = Promise.promise();
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        ((DuplexChannel) channel).shutdownOutput().addListener(ended -> {
            if (ended.isSuccess()) {
                done.tryComplete();
            } else {
                done.tryFail(ended.cause());
            }
        });
        return done.future();
    }
}
