package dev.berth.history;

import dev.berth.cluster.NodeClient;
import dev.berth.cluster.NodeProcess;
import dev.berth.cluster.NodeProcess.Ports;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One place of the cluster, whose process dies, stands still and is started again. */
final class HistoryNode implements AutoCloseable {
    final String name;
    final Ports ports;
    private final Vertx vertx;
    private final Path folder;
    private final String memory;
    private final AtomicInteger disturbances = new AtomicInteger();
    private volatile boolean disturbed;
    private volatile @Nullable NodeProcess process;
    private volatile @Nullable NodeClient client;

    HistoryNode(Vertx vertx, Path folder, String name, String memory) throws Exception {
        this.vertx = vertx;
        this.folder = folder;
        this.name = name;
        this.memory = memory;
        this.ports = Ports.free();
    }

    void start(List<HistoryNode> all) throws Exception {
        StringBuilder members = new StringBuilder();
        all.forEach(node -> members.append(" 127.0.0.1:").append(node.ports.member()));
        NodeProcess started =
                NodeProcess.member(folder, name, ports, members.toString(), List.of("registry.maxMemory=" + memory));
        process = started;
        client = new NodeClient(vertx, started);
    }

    NodeProcess process() {
        NodeProcess current = process;
        if (current == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return current;
    }

    /** As a balancer knows it; null while it is known to be down. */
    @Nullable
    NodeClient client() {
        return client;
    }

    /** It is down: no new call is sent there. */
    void leave() {
        NodeClient before = client;
        client = null;
        if (before != null) {
            try {
                before.close();
            } catch (RuntimeException gone) {
                // With its node.
            }
        }
    }

    void disturb() {
        disturbances.incrementAndGet();
        disturbed = true;
    }

    void calm() {
        disturbed = false;
    }

    int disturbances() {
        return disturbances.get();
    }

    /** Whether something was done to it since there had been so many disturbances. */
    boolean disturbedSince(int count) {
        return disturbed || disturbances.get() != count;
    }

    @Override
    public void close() {
        NodeProcess current = process;
        if (current != null) {
            current.close();
        }
    }
}
