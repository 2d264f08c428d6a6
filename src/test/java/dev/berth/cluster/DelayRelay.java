package dev.berth.cluster;

import dev.berth.ingress.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.List;

/**
 * A far way to a node: its ports at another address of the loopback interface, where all that goes in or out takes a
 * while. In place of the kernel's own delay, which many machines lack. Bytes keep their order, and little is kept of a
 * connection whose other end does not read.
 */
final class DelayRelay implements AutoCloseable {
    /** Where the node is to say that it is. */
    static final String ADDRESS = "127.0.0.2";

    private static final String NODE = "127.0.0.1";
    private static final int MOST_UNDER_WAY = 4 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final long millis;

    /** @param oneWay at least a millisecond */
    DelayRelay(List<NodeProcess.Ports> nodes, Duration oneWay) {
        millis = oneWay.toMillis();
        for (NodeProcess.Ports node : nodes) {
            listen(node.member());
            listen(node.bus());
        }
    }

    private void listen(int port) {
        NetServer server = vertx.createNetServer(
                new NetServerOptions().setHost(ADDRESS).setPort(port).setTcpNoDelay(true));
        server.connectHandler(near -> {
            near.pause();
            client.connect(port, NODE)
                    .onSuccess(far -> {
                        new Way(near, far);
                        new Way(far, near);
                        near.resume();
                    })
                    .onFailure(refused -> near.close());
        });
        Await.of(server.listen());
    }

    /** One direction of one connection. */
    private final class Way {
        private final NetSocket from;
        private final NetSocket to;
        private int underWay;

        Way(NetSocket from, NetSocket to) {
            this.from = from;
            this.to = to;
            from.handler(this::take);
            from.exceptionHandler(broken -> {});
            from.closeHandler(closed -> vertx.setTimer(millis, due -> to.close()));
            to.drainHandler(drained -> flow());
        }

        private void take(Buffer bytes) {
            underWay += bytes.length();
            if (underWay > MOST_UNDER_WAY) {
                from.pause();
            }
            vertx.setTimer(millis, due -> {
                underWay -= bytes.length();
                to.write(bytes);
                flow();
            });
        }

        private void flow() {
            if (underWay <= MOST_UNDER_WAY && !to.writeQueueFull()) {
                from.resume();
            } else {
                from.pause();
            }
        }
    }

    @Override
    public void close() {
        Await.of(vertx.close());
    }
}
