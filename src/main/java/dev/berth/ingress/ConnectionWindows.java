package dev.berth.ingress;

import dev.berth.config.GrpcConfig;
import io.vertx.core.http.HttpConnection;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The windows of one ingress instance's connections, from open to close. Confined to its event loop. */
final class ConnectionWindows {
    private final GrpcConfig config;
    private final Map<HttpConnection, ConnectionWindow> windows = new HashMap<>();

    ConnectionWindows(GrpcConfig config) {
        this.config = config;
    }

    ConnectionWindow of(HttpConnection connection) {
        return windows.computeIfAbsent(
                connection,
                opened -> new ConnectionWindow(opened, config.connectionWindowBytes(), config.streamWindowBytes()));
    }

    void forget(HttpConnection connection) {
        windows.remove(connection);
    }

    /** Those of open connections that have had a call. For tests. */
    Collection<ConnectionWindow> all() {
        return windows.values();
    }
}
