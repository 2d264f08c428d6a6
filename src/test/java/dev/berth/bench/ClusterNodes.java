package dev.berth.bench;

import dev.berth.cluster.FreePorts;
import dev.berth.port.TestCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Nodes of one cluster on loopback, each a runner in a process of its own. */
final class ClusterNodes {
    private static final int UP_TRIES = 300;
    private static final int UP_PAUSE_MILLIS = 100;

    private final BenchRun run;
    private final String cluster;
    private final @Nullable TestCertificates authority;
    private final List<Ports> ports = new ArrayList<>();
    private final List<RunnerProcess> nodes = new ArrayList<>();

    private record Ports(int member, int bus, int http) {}

    /**
     * @param cluster its name
     * @param count of nodes, none of which is started yet
     * @param mutualTls whether the bus between the nodes is encrypted
     */
    ClusterNodes(BenchRun run, String cluster, int count, boolean mutualTls) {
        this.run = run;
        this.cluster = cluster;
        try {
            this.authority = mutualTls
                    ? new TestCertificates(Files.createDirectories(run.logs().resolve(cluster)), cluster)
                    : null;
            for (int i = 0; i < count; i++) {
                ports.add(free());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Ports free() {
        return new Ports(FreePorts.next(), FreePorts.next(), FreePorts.next());
    }

    /**
     * Starts the next node.
     *
     * @param memoryMiB for functions
     */
    RunnerProcess start(int memoryMiB) {
        RunnerProcess node = start(nodes.size(), memoryMiB);
        nodes.add(node);
        return node;
    }

    /**
     * Starts a node that has ended once more, under its name.
     *
     * @param memoryMiB for functions
     */
    void restart(RunnerProcess ended, int memoryMiB) {
        run.cleanup().undoNow(ended);
        int number = nodes.indexOf(ended);
        nodes.set(number, start(number, memoryMiB));
    }

    private RunnerProcess start(int number, int memoryMiB) {
        Ports own = ports.get(number);
        List<String> members =
                ports.stream().map(each -> "127.0.0.1:" + each.member).toList();
        RunnerProcess.Setup setup = run.setup()
                .with("BERTH_NODE_ID", cluster + "-" + number)
                .with("BERTH_HTTP_PORT", Integer.toString(own.http))
                .with("BERTH_REGISTRY_MAX_MEMORY", memoryMiB + "MiB")
                .with("BERTH_CLUSTER_ENABLED", "true")
                .with("BERTH_CLUSTER_NAME", cluster)
                .with("BERTH_CLUSTER_MEMBERS", String.join(",", members))
                .with("BERTH_CLUSTER_MEMBER_PORT", Integer.toString(own.member))
                .with("BERTH_CLUSTER_BUS_PORT", Integer.toString(own.bus));
        if (authority != null) {
            TestCertificates.Identity identity = authority.issue(cluster + "-" + number);
            setup = setup.with("BERTH_CLUSTER_TLS_CERTIFICATE", absolute(identity.certificate()))
                    .with("BERTH_CLUSTER_TLS_KEY", absolute(identity.key()))
                    .with("BERTH_CLUSTER_TLS_AUTHORITY", absolute(authority.authority));
        }
        return run.runner(setup, cluster + "-" + number);
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().toString();
    }

    /** The sum of a counter over its labels and all nodes. */
    double counted(String counter) {
        double sum = 0;
        for (Ports each : ports) {
            sum += metrics(each.http)
                    .lines()
                    .filter(line -> line.startsWith(counter))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        }
        return sum;
    }

    private static String metrics(int port) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        try {
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits until a call that has no room on this node is answered, which another one must do. */
    void awaitPlacedElsewhere(RunnerProcess from, CallSpec spec, Payload payload) {
        for (int i = 0; ; i++) {
            Measurement one = run.driver()
                    .viaRunner(
                            List.of(from.connection()),
                            1,
                            spec,
                            payload,
                            Expected.likeTheFirst(),
                            ClosedLoop.Plan.counting(1));
            if (one.errors() == 0) {
                return;
            }
            if (i == UP_TRIES) {
                throw new CompletionException(
                        new IllegalStateException("no call is placed on another node: " + one.firstError()));
            }
            RunnerProcess.pause(UP_PAUSE_MILLIS);
        }
    }

    /** Waits until a node places calls on so many others. */
    void awaitUp(RunnerProcess node, int others) {
        for (int i = 0; node.peersUp() < others; i++) {
            if (i == UP_TRIES) {
                throw new IllegalStateException("the node sees " + node.peersUp() + " others in place of " + others);
            }
            RunnerProcess.pause(UP_PAUSE_MILLIS);
        }
    }

    void stop() {
        nodes.forEach(run.cleanup()::undoNow);
    }
}
