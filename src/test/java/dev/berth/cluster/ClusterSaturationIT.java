package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes, each in a network of its own, and more bodies between them than the link or the readers take. All calls come
 * to the first node, which has no room for any.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class ClusterSaturationIT {
    private static final int FITS_SECOND = 300;
    private static final int MIB = 1 << 20;
    private static final int PIECE = 64 << 10;
    private static final String TEN_MEGABITS = "tbf rate 10mbit burst 32k latency 400ms";

    /**
     * A call crosses four times: it asks, is granted, sends and is answered. A peer that is silent for 1.5 s by default is
     * suspect, and beats come every 0.5 s, so no crossing may take a second more.
     */
    private static final long CROSSINGS_MILLIS = 4_000;

    @TempDir
    static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static final List<NodeProcess> NODES = new ArrayList<>();
    private static Networks networks;
    private static NodeClient client;
    private static NodeClient beside;

    @BeforeAll
    static void start() throws Exception {
        networks = Networks.open();
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
                            "log.level=" + (i == 0 ? "debug" : "info"),
                            "cluster.host=" + Networks.address(i),
                            "cluster.members=" + Networks.address(0) + " " + Networks.address(1),
                            "worker.startTimeout=60s",
                            "registry.maxMemory=" + (i == 0 ? "128MiB" : "24GiB"))));
        }
        for (int i = 0; i < 2; i++) {
            NODES.get(i).awaitPeer("node-" + (1 - i), PeerState.UP);
        }
        int port = NODES.get(0).port();
        client = new NodeClient(VERTX, Networks.testAddress(0), port);
        beside = new NodeClient(VERTX, Networks.testAddress(0), port);
    }

    @AfterAll
    static void stop() throws Exception {
        if (client != null) {
            client.close();
            beside.close();
        }
        NODES.forEach(NodeProcess::close);
        VERTX.close();
        if (networks != null) {
            networks.close();
        }
    }

    private static JsonObject document(String function, String program) {
        return NodeClient.document(function, FITS_SECOND, "read; " + program).put("timeout", 120);
    }

    /** So that no container starts later. */
    private static void warm(String function, int containers) {
        List<Future<EngageCall.Result>> calls = new ArrayList<>();
        for (int i = 0; i < containers; i++) {
            calls.add(client.open(document(function, "sleep 1000; send ok"))
                    .data("", true)
                    .halfClose()
                    .future());
        }
        calls.forEach(call -> assertSucceeds(Await.of(call)));
    }

    private static void assertSucceeds(EngageCall.Result result) {
        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
    }

    @Test
    void linkThatBodiesFillBothWaysDelaysNoBeatAndNoGrant() throws Exception {
        warm("large", 16);
        warm("small", 1);
        networks.limit(0, TEN_MEGABITS);
        networks.limit(1, TEN_MEGABITS);
        List<EngageCall> large = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                large.add(client.open(document("large", "fill " + 64 * MIB))
                        .data("", true)
                        .halfClose());
            }
            for (int i = 0; i < 4; i++) {
                EngageCall up = client.open(document("large", "send ok"));
                for (int piece = 0; piece < 8 * MIB / PIECE; piece++) {
                    up.data(new byte[PIECE], false);
                }
                large.add(up);
            }
            List<Long> millis = new ArrayList<>();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
            while (System.nanoTime() < end) {
                long begin = System.nanoTime();
                assertSucceeds(beside.call(document("small", "send ok")));
                millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            }
            System.err.println("small calls over a saturated link, ms: " + millis);

            assertThat(millis).allMatch(took -> took < CROSSINGS_MILLIS);
            for (NodeProcess node : NODES) {
                assertThat(node.hasSaid("peer=.* to=\"(SUSPECT|LOST)"))
                        .as(node.name)
                        .isFalse();
            }
            assertThat(large).noneMatch(call -> call.future().isComplete());
        } finally {
            networks.unlimited(0);
            networks.unlimited(1);
            large.forEach(EngageCall::cancel);
        }
    }

    @Test
    void sixtyFourReadersThatDoNotReadLeaveNoMoreThanEightMebibytesUnderWay() throws Exception {
        int readers = 64;
        warm("read", readers);
        List<EngageCall> calls = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            EngageCall call = client.open(document("read", "fill " + 8 * MIB));
            call.request.response().onSuccess(HttpClientResponse::pause);
            calls.add(call.data("", true).halfClose());
        }
        long most = 0;
        for (long full = 0, last = -1; full < 3; ) {
            long underWay = Long.parseLong(NODES.get(0).find("streams shared with another node .*underWay=\"(\\d+)\""));
            full = underWay == last && underWay > MIB ? full + 1 : 0;
            last = underWay;
            most = Math.max(most, underWay);
        }
        System.err.printf("%d readers that do not read: %.1f MiB under way to them%n", readers, most / (double) MIB);

        assertThat(most).isLessThanOrEqualTo(8L * MIB);
        calls.forEach(EngageCall::cancel);
    }
}
