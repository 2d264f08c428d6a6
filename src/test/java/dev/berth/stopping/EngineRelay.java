package dev.berth.stopping;

import dev.berth.ingress.Await;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stands between a runner and the engine of this machine; may hang or go away as an engine does. */
final class EngineRelay implements AutoCloseable {
    private static final SocketAddress ENGINE = SocketAddress.domainSocketAddress("/var/run/docker.sock");

    private final Vertx vertx;
    private final Context context;
    private final NetClient client;
    private final Path socket;
    private final List<NetSocket> open = new ArrayList<>();
    private NetServer server;
    private boolean hung;

    EngineRelay(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.client = vertx.createNetClient();
        this.socket = folder.resolve("engine.sock");
        appear();
    }

    String address() {
        return "unix://" + socket;
    }

    /** Takes connections and passes on nothing, also on those that are open. */
    void hang() {
        Await.on(context, () -> {
            hung = true;
            open.forEach(NetSocket::pause);
            return null;
        });
    }

    /** From a hang. What came meanwhile is passed on. */
    void wake() {
        Await.on(context, () -> {
            hung = false;
            open.forEach(NetSocket::resume);
            return null;
        });
    }

    void vanish() {
        Await.of(server.close());
        Await.on(context, () -> {
            List.copyOf(open).forEach(NetSocket::close);
            return Files.deleteIfExists(socket);
        });
    }

    void appear() {
        server = Await.of(Await.on(
                context,
                () -> vertx.createNetServer()
                        .connectHandler(this::relay)
                        .listen(SocketAddress.domainSocketAddress(socket.toString()))));
    }

    private void relay(NetSocket runner) {
        adopt(runner);
        runner.pause();
        client.connect(ENGINE).onFailure(gone -> runner.close()).onSuccess(engine -> {
            adopt(engine);
            join(runner, engine);
            join(engine, runner);
        });
    }

    private void adopt(NetSocket socket) {
        open.add(socket);
        socket.closeHandler(closed -> open.remove(socket));
        socket.exceptionHandler(failure -> socket.close());
    }

    /** Half closes are passed on as full ones: enough for an engine's API, but for attached streams. */
    private void join(NetSocket from, NetSocket to) {
        from.handler(to::write);
        from.closeHandler(closed -> {
            open.remove(from);
            to.close();
        });
        if (hung) {
            from.pause();
        } else {
            from.resume();
        }
    }

    @Override
    public void close() {
        vanish();
    }
}
