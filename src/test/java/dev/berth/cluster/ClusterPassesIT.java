package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import dev.berth.port.TestCertificates;
import dev.berth.proto.SlotSummary;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What matters most of two nodes, on a real container engine and over mutual TLS: most other tests have child processes
 * and cleartext.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterPassesIT {
    /** More than the first node has, and three of them fit the second. */
    private static final int FITS_SECOND = 300;

    private static final int BODY = 4 << 20;
    private static final int PIECE = 64 << 10;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Ports a = Ports.free();
    private final Ports b = Ports.free();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        vertx.close();
    }

    @ParameterizedTest
    @CsvSource({"process, true", "docker, false", "docker, true"})
    void callsRunElsewhereAndANodeDiesAndComesBack(String engine, boolean secure) throws Exception {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        List<String> settings = new ArrayList<>(List.of("engine.kind=" + engine));
        NodeProcess first = node("node-a", a, authority, secure, settings, "256MiB");
        NodeProcess second = node("node-b", b, authority, secure, settings, "1GiB");
        first.awaitPeer("node-b", PeerState.UP);
        second.awaitPeer("node-a", PeerState.UP);
        NodeClient toFirst = client(first);
        NodeClient toSecond = client(second);

        assertWarmThere(toFirst, toSecond);
        assertBodiesCross(toFirst);
        EngageCall.Result broken = toFirst.call(call("read; exit 3"));
        assertThat(broken.finished().getErrorCode()).isEqualTo(ErrorCode.CONTAINER_EXIT.wire());
        assertCancelGivesTheSlotBack(toFirst, toSecond);
        assertThat(first.hasSaid("cleartext: whoever reaches port " + a.bus())).isEqualTo(!secure);

        EngageCall running = toFirst.open(call("sleep 60000")).data("", true);
        until(() -> count(toSecond, SlotSummary::getBusy) == 1);
        second.signal("KILL");
        assertThat(running.result().finished().getErrorCode()).isEqualTo(ErrorCode.PEER_LOST.wire());
        assertSucceeds(toFirst.call(NodeClient.document("small", 64, "read; send ok")));

        NodeProcess again = node("node-b", b, authority, secure, settings, "1GiB");
        first.awaitPeer("node-b", PeerState.UP);
        again.awaitPeer("node-a", PeerState.UP);
        assertSucceeds(toFirst.call(call("read; send ok")));

        for (NodeProcess node : List.of(first, again)) {
            node.signal("TERM");
            assertThat(node.exitCode()).isZero();
            if (engine.equals("docker")) {
                assertThat(containers(node)).as("containers of " + node.name).isEmpty();
            }
        }
    }

    private NodeProcess node(
            String name, Ports ports, TestCertificates authority, boolean secure, List<String> more, String memory)
            throws IOException {
        List<String> settings = new ArrayList<>(more);
        settings.add("registry.maxMemory=" + memory);
        if (secure) {
            TestCertificates.Identity identity = authority.issue(name);
            settings.add("cluster.tls.certificate=" + identity.certificate());
            settings.add("cluster.tls.key=" + identity.key());
            settings.add("cluster.tls.authority=" + authority.authority);
        }
        String members = "127.0.0.1:" + a.member() + " 127.0.0.1:" + b.member();
        NodeProcess node = NodeProcess.member(folder, name, ports, members, settings);
        open.add(0, node);
        return node;
    }

    private NodeClient client(NodeProcess node) throws Exception {
        NodeClient client = new NodeClient(vertx, node);
        open.add(0, client);
        return client;
    }

    private static JsonObject call(String program) {
        return NodeClient.document("fn", FITS_SECOND, program);
    }

    private static void assertSucceeds(EngageCall.Result result) {
        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
    }

    private static void assertWarmThere(NodeClient toFirst, NodeClient toSecond) {
        EngageCall.Result warming = toSecond.call(call("read; report"));
        EngageCall.Result moved = toFirst.call(call("read; report"));

        assertSucceeds(moved);
        assertThat(moved.finished().getInitStartTime()).as("no start").isZero();
        assertThat(process(moved)).isEqualTo(process(warming));
        assertThat(toFirst.status().getNode().getSlotsCount()).isZero();
    }

    private static JsonObject process(EngageCall.Result result) {
        return new JsonObject(result.body()).getJsonObject("process");
    }

    private static void assertBodiesCross(NodeClient toFirst) throws Exception {
        byte[] body = new byte[BODY];
        new Random(1).nextBytes(body);
        EngageCall up = toFirst.open(call("read; report"));
        for (int at = 0; at < BODY; at += PIECE) {
            up.data(java.util.Arrays.copyOfRange(body, at, at + PIECE), at + PIECE == BODY);
        }
        EngageCall.Result taken = up.halfClose().result();
        assertSucceeds(taken);
        assertThat(new JsonObject(taken.body()).getJsonObject("body").getString("sha256"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(body)));

        EngageCall.Result filled = toFirst.call(call("read; fill " + BODY));
        assertSucceeds(filled);
        assertThat(filled.body()).isEqualTo("0123456789abcdef".repeat(BODY / 16));
    }

    /** There is room for three: calls that all get one find that of the cancelled one free. */
    private static void assertCancelGivesTheSlotBack(NodeClient toFirst, NodeClient toSecond) throws Exception {
        EngageCall call = toFirst.open(call("sleep 60000")).data("", true);
        until(() -> count(toSecond, SlotSummary::getBusy) == 1);
        call.cancel();
        until(() -> count(toSecond, SlotSummary::getBusy) == 0);
        List<EngageCall> together = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            together.add(toFirst.open(call("read; sleep 200; send ok"))
                    .data("", true)
                    .halfClose());
        }
        together.forEach(each -> assertSucceeds(each.result()));
    }

    private static int count(NodeClient node, ToIntFunction<SlotSummary> counted) {
        return node.status().getNode().getSlotsList().stream().mapToInt(counted).sum();
    }

    private static void until(BooleanSupplier holds) throws Exception {
        for (int i = 0; i < 1_500 && !holds.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(holds.getAsBoolean()).isTrue();
    }

    private List<String> containers(NodeProcess node) throws IOException {
        String owner = InetAddress.getLocalHost().getHostName() + ":" + folder.resolve(node.name);
        Process list = new ProcessBuilder("docker", "ps", "-aq", "--filter", "label=dev.berth.owner=" + owner)
                .redirectErrorStream(true)
                .start();
        return list.inputReader().lines().toList();
    }
}
