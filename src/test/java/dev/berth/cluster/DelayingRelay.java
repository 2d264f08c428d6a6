package dev.berth.cluster;

import dev.berth.ingress.Await;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A link on which everything takes its time: what comes to a port of one address goes on to the same port of another,
 * and back, in order, later. So does the end of a connection.
 */
final class DelayingRelay implements AutoCloseable {
    private final Vertx vertx;
    private final String target;
    private final long delayMillis;
    private final NetClient client;
    private final AtomicLong relayed = new AtomicLong();

    /** @param delayMillis one way, both ways alike */
    DelayingRelay(Vertx vertx, String host, String target, long delayMillis, int... ports) {
        this.vertx = vertx;
        this.target = target;
        this.delayMillis = delayMillis;
        this.client = vertx.createNetClient();
        for (int port : ports) {
            NetServer server = vertx.createNetServer();
            server.connectHandler(socket -> connect(socket, port));
            Await.of(server.listen(port, host));
        }
    }

    private void connect(NetSocket caller, int port) {
        caller.pause();
        client.connect(port, target)
                .onSuccess(node -> {
                    join(caller, node);
                    join(node, caller);
                    caller.resume();
                })
                .onFailure(refused -> caller.close());
    }

    /** Timers of one delay go off in the order in which they were set. */
    private void join(NetSocket from, NetSocket to) {
        from.handler(bytes -> {
            relayed.addAndGet(bytes.length());
            vertx.timer(delayMillis, TimeUnit.MILLISECONDS).onSuccess(late -> to.write(bytes));
        });
        from.closeHandler(
                closed -> vertx.timer(delayMillis, TimeUnit.MILLISECONDS).onSuccess(late -> to.close()));
    }

    /** Bytes of both directions so far. */
    long relayed() {
        return relayed.get();
    }

    @Override
    public void close() {
        client.close();
    }
}
