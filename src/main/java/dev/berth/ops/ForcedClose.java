package dev.berth.ops;

import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Closes a connection and drops what its client has not taken. Vert.x has no public way: its close waits until all that
 * was written has been sent, which of a client that reads nothing never is.
 */
final class ForcedClose {
    private ForcedClose() {}

    /** Only on the connection's event loop. */
    static void of(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            Channel channel = base.channel();
            channel.unsafe().close(channel.voidPromise());
        } else {
            connection.close();
        }
    }
}
