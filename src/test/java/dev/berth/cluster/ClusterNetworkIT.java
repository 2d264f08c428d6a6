package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, each in a network of its own, whose link is cut and slowed. The test reaches both whatever happens. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterNetworkIT {
    /** More than the first node has. */
    private static final int FITS_SECOND = 300;

    private static final int SMALL_MIB = 64;

    @TempDir
    static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static final List<NodeProcess> NODES = new ArrayList<>();
    private static final List<NodeClient> CLIENTS = new ArrayList<>();
    private static Networks networks;
    private static Path history;

    @BeforeAll
    static void start() throws Exception {
        networks = Networks.open();
        history = folder.resolve("history");
        for (int i = 0; i < 2; i++) {
            NODES.add(NodeProcess.start(
                    folder,
                    "node-" + i,
                    networks.prefix(i),
                    List.of(),
                    List.of(
                            "node.id=node-" + i,
                            "grpc.host=0.0.0.0",
                            "cluster.enabled=true",
                            "cluster.insecure=true",
                            "cluster.host=" + Networks.address(i),
                            "cluster.members=" + Networks.address(0) + " " + Networks.address(1),
                            "registry.maxMemory=" + (i == 0 ? "256MiB" : "2GiB"))));
        }
        for (int i = 0; i < 2; i++) {
            int port = NODES.get(i).port();
            NODES.get(i).awaitPeer("node-" + (1 - i), PeerState.UP);
            CLIENTS.add(new NodeClient(VERTX, Networks.testAddress(i), port));
        }
    }

    @AfterEach
    void nothingRanTwice() throws Exception {
        assertThat(Files.readAllLines(history)).doesNotHaveDuplicates();
    }

    @AfterAll
    static void stop() throws Exception {
        CLIENTS.forEach(NodeClient::close);
        for (NodeProcess node : NODES) {
            node.signal("TERM");
        }
        try {
            for (NodeProcess node : NODES) {
                assertThat(node.exitCode()).isZero();
            }
        } finally {
            NODES.forEach(NodeProcess::close);
            VERTX.close();
            if (networks != null) {
                networks.close();
            }
        }
    }

    private static JsonObject call(int memoryMiB, String program) {
        JsonObject document = NodeClient.document("fn", memoryMiB, "");
        String steps = "read; append " + history + " " + document.getString("id") + "; " + program;
        document.getJsonObject("headers").getJsonArray("X-Do").set(0, steps);
        return document;
    }

    private static Future<EngageCall.Result> running() throws Exception {
        int before = executions();
        Future<EngageCall.Result> running = CLIENTS.get(0)
                .open(call(FITS_SECOND, "sleep 60000"))
                .data("", true)
                .future();
        for (int i = 0; i < 2_000 && executions() == before; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return running;
    }

    private static int executions() throws IOException {
        return Files.exists(history) ? Files.readAllLines(history).size() : 0;
    }

    private static void assertSucceeds(int node, int memoryMiB) {
        EngageCall.Result result = CLIENTS.get(node).call(call(memoryMiB, "send ok"));
        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
    }

    /** Through a cut: the outcome of the call across it, both sides serve, and healing needs nobody. */
    private static void assertCutIsSurvived(int... senders) throws Exception {
        Future<EngageCall.Result> running = running();
        long cut = System.nanoTime();
        for (int from : senders) {
            networks.cut(from, 1 - from);
        }
        EngageCall.Result result = dev.berth.ingress.Await.of(running);
        long outcome = System.nanoTime();
        assertThat(result.finished().getErrorCode()).as(result.toString()).isEqualTo(ErrorCode.PEER_LOST.wire());
        NODES.get(0).awaitPeer("node-1", PeerState.LOST);
        assertSucceeds(0, SMALL_MIB);
        assertSucceeds(1, SMALL_MIB);
        assertSucceeds(1, FITS_SECOND);

        networks.heal();
        long healed = System.nanoTime();
        NODES.get(0).awaitPeer("node-1", PeerState.UP);
        long up = System.nanoTime();
        assertSucceeds(0, FITS_SECOND);
        System.err.printf(
                "cut of %d way(s): outcome after %.1f s, healed after %.1f s%n",
                senders.length, (outcome - cut) / 1e9, (up - healed) / 1e9);
    }

    @Test
    void callAcrossACutEndsOnceBothSidesServeAndItHeals() throws Exception {
        assertCutIsSurvived(0, 1);
    }

    @Test
    void cutOfOneWayIsACut() throws Exception {
        assertCutIsSurvived(1);
    }

    @Test
    void largeBodiesOnASlowLinkHoldBackNothingElse() throws Exception {
        assertSucceeds(0, FITS_SECOND);
        networks.limit(0, "tbf rate 10mbit burst 32k latency 400ms");
        networks.limit(1, "tbf rate 10mbit burst 32k latency 400ms");
        try {
            List<Future<EngageCall.Result>> large = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                EngageCall up = CLIENTS.get(0).open(call(FITS_SECOND, "send ok"));
                for (int piece = 0; piece < 32; piece++) {
                    up.data(new byte[64 << 10], piece == 31);
                }
                large.add(up.halfClose().future());
            }
            for (int i = 0; i < 5; i++) {
                assertSucceeds(0, FITS_SECOND);
            }
            for (Future<EngageCall.Result> each : large) {
                assertThat(dev.berth.ingress.Await.of(each).finished().getSuccess())
                        .isTrue();
            }
        } finally {
            networks.unlimited(0);
            networks.unlimited(1);
        }
        assertThat(CLIENTS.get(0).status().getCluster().getMembersList())
                .allMatch(member -> !member.getState().equals("LOST"));
    }
}
