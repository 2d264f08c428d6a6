package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.MemberSummary;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes that reach each other by relays only, on which everything takes 200 ms each way: members and bus alike. All
 * calls come to the first node, which has no room for any.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class ClusterDelayIT {
    private static final int DELAY_MILLIS = 200;
    /** A call asks, is granted, sends and is answered. */
    private static final int CROSSINGS = 4;

    private static final int FITS_SECOND = 300;
    private static final int FITTING = 8;
    private static final int BODY = 4 << 20;

    @TempDir
    static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static final List<DelayingRelay> RELAYS = new ArrayList<>();
    private static final List<NodeProcess> NODES = new ArrayList<>();
    private static Path history;
    private static NodeClient client;
    private static NodeClient toSecond;

    /** Each says that it is reached by another address than the one that it listens on, which is its relay's. */
    @BeforeAll
    static void start() throws Exception {
        history = folder.resolve("history");
        List<Ports> ports = List.of(Ports.free(), Ports.free());
        String members = relay(0) + ":" + ports.get(0).member() + " " + relay(1) + ":"
                + ports.get(1).member();
        for (int i = 0; i < 2; i++) {
            Ports of = ports.get(i);
            RELAYS.add(new DelayingRelay(VERTX, relay(i), "127.0.0.1", DELAY_MILLIS, of.member(), of.bus()));
            NODES.add(NodeProcess.member(
                    folder,
                    "node-" + i,
                    of,
                    members,
                    List.of(
                            "cluster.publicHost=" + relay(i),
                            "registry.maxMemory=" + (i == 0 ? "128MiB" : FITTING * FITS_SECOND + "MiB"))));
        }
        for (int i = 0; i < 2; i++) {
            NODES.get(i).awaitPeer("node-" + (1 - i), PeerState.UP);
        }
        client = new NodeClient(VERTX, NODES.get(0));
        toSecond = new NodeClient(VERTX, NODES.get(1));
    }

    private static String relay(int i) {
        return "127.0.2." + (i + 1);
    }

    @AfterAll
    static void stop() throws Exception {
        if (client != null) {
            client.close();
            toSecond.close();
        }
        NODES.forEach(NodeProcess::close);
        RELAYS.forEach(DelayingRelay::close);
        VERTX.close();
    }

    /** A call that writes its id down when it is run. */
    private static JsonObject call(String program) {
        JsonObject document = NodeClient.document("fn", FITS_SECOND, "");
        String steps = "read; append " + history + " " + document.getString("id") + "; " + program;
        document.getJsonObject("headers").getJsonArray("X-Do").set(0, steps);
        return document.put("idle_timeout", 2);
    }

    @Test
    void callsAreAnsweredNobodyIsLostAndNothingIsKept() throws Exception {
        assertSucceeds(client.call(call("send ok")));
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long begin = System.nanoTime();
            assertSucceeds(client.call(call("send ok")));
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        }
        System.err.println("calls over a link of " + DELAY_MILLIS + " ms, ms: " + millis);
        assertThat(millis).allMatch(took -> took >= CROSSINGS * DELAY_MILLIS);

        List<Future<EngageCall.Result>> together = new ArrayList<>();
        for (int i = 0; i < 4 * FITTING; i++) {
            together.add(client.open(call("sleep 50; send ok"))
                    .data("", true)
                    .halfClose()
                    .future());
        }
        together.forEach(each -> assertSucceeds(Await.of(each)));
        bodiesCross();
        int executions = deadlineAndCancelCross();

        assertThat(Files.readAllLines(history)).doesNotHaveDuplicates().hasSize(executions);
        assertAtRest(client, 1);
        assertAtRest(toSecond, 0);
        for (NodeProcess node : NODES) {
            assertThat(node.hasSaid("peer=.* to=\"(SUSPECT|LOST)"))
                    .as(node.name)
                    .isFalse();
        }
        assertThat(RELAYS).allMatch(relay -> relay.relayed() > 0);
        for (NodeProcess node : NODES) {
            node.signal("TERM");
        }
        for (NodeProcess node : NODES) {
            assertThat(node.exitCode()).isZero();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".sock"));
        }
    }

    private static void assertSucceeds(EngageCall.Result result) {
        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
    }

    private static void bodiesCross() {
        EngageCall up = client.open(call("report"));
        byte[] piece = new byte[64 << 10];
        for (int at = 0; at < BODY; at += piece.length) {
            up.data(piece, at + piece.length >= BODY);
        }
        EngageCall.Result taken = up.halfClose().result();
        assertSucceeds(taken);
        assertThat(new JsonObject(taken.body()).getJsonObject("body").getInteger("bytes"))
                .isEqualTo(BODY);

        EngageCall.Result filled = client.call(call("fill " + BODY));
        assertSucceeds(filled);
        assertThat(filled.body().length()).isEqualTo(BODY);
    }

    /** How many have run in all, these included. */
    private static int deadlineAndCancelCross() throws Exception {
        int before = Files.readAllLines(history).size();
        EngageCall.Result late = client.call(call("sleep 20000").put("timeout", 1));
        assertThat(late.finished().getErrorCode()).isEqualTo(ErrorCode.CALL_TIMEOUT.wire());

        EngageCall cancelled = client.open(call("sleep 60000")).data("", true);
        until(() -> Files.readAllLines(history).size() == before + 2, "the call to be cancelled runs");
        cancelled.cancel();
        return before + 2;
    }

    /** No call, no container, and the other is seen. */
    private static void assertAtRest(NodeClient node, int other) throws Exception {
        Predicate<MemberSummary> up = member ->
                member.getNodeId().equals("node-" + other) && member.getState().equals("UP");
        until(
                () -> {
                    RunnerStatus status = node.status();
                    return status.getActive() == 0
                            && status.getNode().getMemoryUsedBytes() == 0
                            && status.getNode().getSlotsCount() == 0
                            && status.getCluster().getMembersList().stream().anyMatch(up);
                },
                "nothing is held beside node-" + other);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Condition condition, String what) throws Exception {
        for (int i = 0; i < 1_500 && !condition.holds(); i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(condition.holds()).as(what).isTrue();
    }
}
