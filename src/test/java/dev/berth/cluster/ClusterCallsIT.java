package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.RunnerJar;
import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that come to one node and run on another: they are as if they ran where they came to. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class ClusterCallsIT {
    /** More than the first node has. */
    private static final int FITS_SECOND = 400;

    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static NodeProcess first;
    private static NodeProcess second;
    private static NodeClient toFirst;
    private static NodeClient toSecond;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        Ports a = Ports.free();
        Ports b = Ports.free();
        String members = "127.0.0.1:" + a.member() + " 127.0.0.1:" + b.member();
        first = NodeProcess.member(folder, "node-a", a, members, settings("256MiB"));
        second = NodeProcess.member(folder, "node-b", b, members, settings("2GiB"));
        first.awaitPeer("node-b", PeerState.UP);
        second.awaitPeer("node-a", PeerState.UP);
        toFirst = new NodeClient(vertx, first);
        toSecond = new NodeClient(vertx, second);
    }

    private static List<String> settings(String memory) {
        return List.of("call.detached=true", "node.rehearsalCalls=0", "registry.maxMemory=" + memory);
    }

    @AfterAll
    static void stop() {
        toFirst.close();
        toSecond.close();
        first.close();
        second.close();
        vertx.close();
    }

    private static JsonObject elsewhere(String program) {
        return NodeClient.document("elsewhere", FITS_SECOND, program);
    }

    private static String ranOn(EngageCall.Result result) {
        assertThat(result.finished().getSuccess()).as(result.toString()).isTrue();
        String listener = new JsonObject(result.body()).getJsonObject("env").getString("FN_LISTENER");
        return listener.replaceAll(".*/(node-[a-z])/.*", "$1");
    }

    @Test
    void callRunsOnTheContainerThatAnotherNodeHasWarm() {
        EngageCall.Result warming = toSecond.call(NodeClient.document("warm", FITS_SECOND, "report"));
        assertThat(ranOn(warming)).isEqualTo("node-b");
        int pid = pid(warming);
        // Until the second has told of it, the first would start one of its own: of a function so big it can't.
        EngageCall.Result moved = toFirst.call(NodeClient.document("warm", FITS_SECOND, "report"));

        assertThat(ranOn(moved)).isEqualTo("node-b");
        assertThat(pid(moved)).isEqualTo(pid);
        assertThat(moved.finished().getInitStartTime()).isZero();
    }

    @Test
    void largeBodiesCrossBothWaysAsTheyAre() throws Exception {
        byte[] body = new byte[6 << 20];
        new Random(1).nextBytes(body);

        EngageCall up = toFirst.open(elsewhere("read; report"));
        send(up, body);
        EngageCall.Result taken = up.result();
        EngageCall.Result filled = toFirst.call(elsewhere("read; fill " + body.length));

        assertThat(ranOn(taken)).isEqualTo("node-b");
        JsonObject seen = new JsonObject(taken.body()).getJsonObject("body");
        assertThat(seen.getString("sha256")).isEqualTo(digest(body));
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        filled.messages()
                .forEach(message -> back.writeBytes(message.getData().getData().toByteArray()));
        assertThat(digest(back.toByteArray()))
                .isEqualTo(digest("0123456789abcdef".repeat(body.length / 16).getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void send(EngageCall call, byte[] body) {
        int piece = 64 << 10;
        for (int at = 0; at < body.length; at += piece) {
            int end = Math.min(body.length, at + piece);
            call.data(Arrays.copyOfRange(body, at, end), end == body.length);
        }
    }

    private static String digest(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void headAndErrorsAreTheFunctions() {
        EngageCall.Result answer = toFirst.call(elsewhere("read; header X-Seen=yes; send no"));
        assertThat(answer.messages().get(0).getResultStart().getHttp().getHeadersList())
                .anyMatch(header -> header.getKey().equalsIgnoreCase("X-Seen")
                        && header.getValue().equals("yes"));
        assertThat(answer.body()).isEqualTo("no");

        EngageCall.Result broken = toFirst.call(elsewhere("read; exit 3"));
        assertThat(broken.finished().getErrorCode()).isEqualTo(ErrorCode.CONTAINER_EXIT.wire());
        assertThat(broken.finished().getErrorUser()).isTrue();
    }

    @Test
    void coldCallTellsTheTimesOfItsStart() {
        JsonObject document = NodeClient.document("cold", FITS_SECOND, "report");
        EngageCall.Result cold = toFirst.call(document);

        assertThat(ranOn(cold)).isEqualTo("node-b");
        assertThat(cold.finished().getInitStartTime()).isPositive();
    }

    @Test
    void deadlineCrosses() {
        EngageCall.Result late = toFirst.call(elsewhere("read; sleep 20000").put("timeout", 1));

        assertThat(late.finished().getErrorCode()).isEqualTo(ErrorCode.CALL_TIMEOUT.wire());
    }

    @Test
    void cancelCrossesAndTheSlotIsFreeAgain() throws Exception {
        Path begun = folder.resolve("begun");
        EngageCall call = toFirst.open(elsewhere("append " + begun + " x; flush; sleep 60000"));
        call.data("", true);
        until(() -> Files.exists(begun));
        call.cancel();

        // There is room for few of them: the room of the one that was cancelled comes back.
        for (int i = 0; i < 6; i++) {
            assertThat(ranOn(toFirst.call(elsewhere("report")))).isEqualTo("node-b");
        }
    }

    @Test
    void detachedCallIsAnsweredWhenItHasItsSlotAndRuns() throws Exception {
        Path ran = folder.resolve("detached");
        EngageCall.Result answer =
                toFirst.call(elsewhere("read; sleep 300; append " + ran + " x").put("type", "detached"));

        assertThat(answer.messages().get(0).getResultStart().getHttp().getStatusCode())
                .isEqualTo(202);
        until(() -> Files.exists(ran));
    }

    private static void until(BooleanSupplier holds) throws Exception {
        for (int i = 0; i < 2_000 && !holds.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(holds.getAsBoolean()).isTrue();
    }

    @Test
    void everyNodeTellsOfAll() throws Exception {
        toFirst.call(elsewhere("report"));

        String told = command("status", "--cluster", "127.0.0.1:" + second.port());
        String plain = command("status", "127.0.0.1:" + second.port());
        String json = command("status", "--cluster", "--json", "127.0.0.1:" + first.port());

        assertThat(told).containsPattern("node-b +SELF").containsPattern("node-a +UP +\\S+ +\\p{XDigit}{8} +0\\.1");
        assertThat(plain).doesNotContain("node-a");
        JsonObject cluster = new JsonObject(json).getJsonObject("cluster");
        assertThat(cluster.getJsonArray("members")).hasSize(2);
        assertThat(Long.parseLong(cluster.getJsonObject("placements").getString("elsewhere")))
                .isPositive();
    }

    @Test
    void anyNodeTellsWhyACallWentAsItDid() throws Exception {
        JsonObject document = elsewhere("report");
        assertThat(ranOn(toFirst.call(document))).isEqualTo("node-b");
        String id = document.getString("id");

        String here = command("why", id, "--runner", "127.0.0.1:" + first.port());
        String there = command("why", id, "--json", "--runner", "127.0.0.1:" + second.port());

        assertThat(here).contains(id + " ok in").contains("on node-b");
        JsonObject record = new JsonObject(there).getJsonArray("records").getJsonObject(0);
        assertThat(record.getString("id")).isEqualTo(id);
        assertThat(record.getString("node")).isEqualTo("node-a");
        assertThat(record.getString("ranOn")).isEqualTo("node-b");
    }

    private static String command(String... args) throws Exception {
        List<String> command = RunnerJar.command();
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static int pid(EngageCall.Result result) {
        return new JsonObject(result.body()).getJsonObject("process").getInteger("pid");
    }
}
