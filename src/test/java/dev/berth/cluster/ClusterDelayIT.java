package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.SlotSummary;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that are 200 ms apart, there and back. All calls come to the first, which has no room for any. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class ClusterDelayIT {
    private static final int FITS_SECOND = 300;
    private static final Duration ONE_WAY = Duration.ofMillis(100);
    /** A call is granted after one round, and answered after another. */
    private static final long TWO_ROUNDS_MILLIS = 400;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private DelayRelay relay;
    private NodeProcess first;
    private NodeProcess second;
    private NodeClient toFirst;
    private NodeClient toSecond;

    @BeforeEach
    void start() throws Exception {
        Ports a = Ports.free();
        Ports b = Ports.free();
        relay = new DelayRelay(List.of(a, b), ONE_WAY);
        String members = DelayRelay.ADDRESS + ":" + a.member() + " " + DelayRelay.ADDRESS + ":" + b.member();
        first = NodeProcess.member(folder, "node-a", a, members, settings("128MiB"));
        second = NodeProcess.member(folder, "node-b", b, members, settings("8GiB"));
        first.awaitPeer("node-b", PeerState.UP);
        second.awaitPeer("node-a", PeerState.UP);
        toFirst = new NodeClient(vertx, first);
        toSecond = new NodeClient(vertx, second);
    }

    private static List<String> settings(String memory) {
        return List.of(
                "cluster.host=127.0.0.1",
                "cluster.publicHost=" + DelayRelay.ADDRESS,
                "call.fullDuplex=true",
                "cluster.insecure=true",
                "registry.maxMemory=" + memory);
    }

    @AfterEach
    void stop() {
        toFirst.close();
        toSecond.close();
        first.close();
        second.close();
        relay.close();
        vertx.close();
    }

    private static JsonObject document(String program) {
        return NodeClient.document("far", FITS_SECOND, program).put("timeout", 60);
    }

    private static void assertSucceeds(EngageCall.Result result) {
        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
    }

    @Test
    void longWayCostsTimeAndNothingElse() {
        assertSucceeds(toFirst.call(document("read; send ok")));
        for (int i = 0; i < 3; i++) {
            long begin = System.nanoTime();
            assertSucceeds(toFirst.call(document("read; send ok")));
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
                    .isGreaterThanOrEqualTo(TWO_ROUNDS_MILLIS);
        }

        List<Future<EngageCall.Result>> together = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            together.add(toFirst.open(document("read; send ok"))
                    .data("", true)
                    .halfClose()
                    .future());
        }
        together.forEach(call -> assertSucceeds(Await.of(call)));

        byte[] body = new byte[2 << 20];
        Random random = new Random(1);
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) ('a' + random.nextInt(26));
        }
        EngageCall echo = toFirst.open(document("echo"));
        for (int at = 0; at < body.length; at += 1 << 16) {
            byte[] piece = new byte[1 << 16];
            System.arraycopy(body, at, piece, 0, piece.length);
            echo.data(piece, at + piece.length == body.length);
        }
        EngageCall.Result echoed = echo.halfClose().result();
        assertSucceeds(echoed);
        assertThat(echoed.body()).isEqualTo(new String(body, StandardCharsets.US_ASCII));

        EngageCall given = toFirst.open(document("read; sleep 30000")).data("", true);
        awaitBusy(1);
        given.cancel();
        awaitBusy(0);
        for (NodeProcess node : List.of(first, second)) {
            assertThat(node.hasSaid("peer=.* to=\"(SUSPECT|LOST)"))
                    .as(node.name)
                    .isFalse();
        }
    }

    private void awaitBusy(int containers) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Await.LIMIT_SECONDS);
        while (busy() != containers) {
            assertThat(System.nanoTime()).as("busy: " + containers).isLessThan(end);
        }
    }

    private int busy() {
        return toSecond.status().getNode().getSlotsList().stream()
                .mapToInt(SlotSummary::getBusy)
                .sum();
    }
}
