package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that ask the operations port. */
@Timeout(60)
final class OperationsCommandsTest {
    private static final JsonObject EFFECT = new JsonObject("{\"effect\":\"Takes no more calls.\",\"nonce\":\"n1\"}");

    private final Vertx vertx = Vertx.vertx();
    private final CommandRig rig = new CommandRig();
    private FakeOperations port;

    @BeforeEach
    void start() throws Exception {
        port = new FakeOperations(vertx);
    }

    @AfterEach
    void stop() throws Exception {
        Blocking.await(vertx.close());
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--at", port.address()));
        return rig.run(all.toArray(String[]::new));
    }

    private static JsonObject node(int active) {
        return new JsonObject()
                .put("id", "node-7")
                .put("version", "1.2.3")
                .put("engine", "docker")
                .put("engineAnswers", true)
                .put("draining", false)
                .put("callsActive", active)
                .put("callsHandled", 10)
                .put("waiting", 0)
                .put("memoryTotalBytes", 4L << 30)
                .put("memoryUsedBytes", 1L << 30)
                .put("cpuTotalMillis", 4_000)
                .put("cpuUsedMillis", 500)
                .put("containers", new JsonObject("{\"busy\":1,\"idle\":0,\"frozen\":2,\"starting\":0}"));
    }

    private static JsonObject rows(JsonObject... rows) {
        return new JsonObject().put("found", rows.length).put("rows", new JsonArray(List.of(rows)));
    }

    @Test
    void whatIsNoOperationsPortIsSaidToBeNone() {
        port.on("/api/node", request -> request.response().setStatusCode(415).end())
                .on(
                        "/api/stream",
                        request -> request.response().setStatusCode(415).end());
        assertThat(run("top", "--once")).isEqualTo(3);
        assertThat(rig.err()).contains("not an operations port (it answers 415)", "9191");
    }

    private void showsANode() {
        port.answer("/api/node", 200, node(1))
                .answer(
                        "/api/functions",
                        200,
                        rows(new JsonObject(
                                "{\"image\":\"team/thumb\\u001b[2J\",\"busy\":1,\"idle\":0,\"frozen\":2,\"starting\":0,"
                                        + "\"waiting\":0,\"serviceMillis\":12.4,\"startMillis\":400.0}")))
                .answer(
                        "/api/containers",
                        200,
                        rows(new JsonObject(
                                "{\"id\":\"01ABC\",\"image\":\"team/thumb\",\"state\":\"busy\",\"forMillis\":61000.0,"
                                        + "\"memoryBytes\":134217728,\"cpuMillis\":250}")))
                .answer("/api/peers", 200, new JsonObject("{\"peers\":[]}"));
    }

    @Test
    void topPrintsOnceWhereThereIsNoTerminalAndNamesDoNothingToOne() {
        showsANode();

        assertThat(run("top")).isZero();
        assertThat(rig.out())
                .contains("berth node-7 1.2.3  docker  ready")
                .contains("1 running  0 waiting  containers: 1 busy, 0 idle, 2 frozen, 0 starting")
                .contains("memory [#####---------------] 1.0 of 4.0 GiB")
                .contains("team/thumb·[2J")
                .containsPattern("01ABC team/thumb +busy +61s +128 +0[.]25")
                .doesNotContain("\u001b");
    }

    @Test
    void topTellsWhatTheNodesOfAClusterHave() {
        showsANode();
        port.answer(
                "/api/peers",
                200,
                new JsonObject(
                        "{\"peers\":[{\"id\":\"node-8\",\"state\":\"UP\",\"draining\":false,\"freeMemoryBytes\":1073741824,"
                                + "\"freeCpuMillis\":2500,\"digestAgeMillis\":1200,\"slots\":{\"queues\":3,\"busy\":11,"
                                + "\"idle\":12,\"starting\":13,\"waiting\":14}},"
                                + "{\"id\":\"node-9\u202e\",\"state\":\"JOINING\",\"draining\":false}]}"));

        assertThat(run("top")).isZero();
        assertThat(rig.out())
                .containsPattern("NODES +state +free MiB +free CPU +told +busy +idle +starting +waiting")
                .containsPattern("node-8 +up +1024 +2[.]5 +1[.]2s +11 +12 +13 +14")
                .containsPattern("node-9· +joining +- +- +- +- +- +- +-");
    }

    @Test
    void topAsJsonHasAllOfIt() {
        showsANode();

        assertThat(run("top", "--json")).isZero();
        JsonObject told = new JsonObject(rig.out());
        assertThat(told.getJsonObject("node").getString("id")).isEqualTo("node-7");
        assertThat(told.getJsonArray("functions")).hasSize(1);
        assertThat(told.getJsonArray("containers").getJsonObject(0).getString("id"))
                .isEqualTo("01ABC");
    }

    @Test
    void drainIsAskedForTwice() {
        port.answer("/api/node/drain", 202, EFFECT);

        assertThat(run("drain", "--yes")).isZero();
        assertThat(port.asked).containsExactly("POST /api/node/drain", "POST /api/node/drain?nonce=n1");
        assertThat(rig.out().lines()).containsExactly("Takes no more calls.", "draining");
    }

    @Test
    void drainThatHandsOverSaysSoBothTimes() {
        port.answer("/api/node/drain", 202, EFFECT);

        assertThat(run("drain", "--yes", "--handover")).isZero();
        assertThat(port.asked)
                .containsExactly("POST /api/node/drain?handover=true", "POST /api/node/drain?handover=true&nonce=n1");
    }

    @Test
    void drainThatWaitsTellsOfCallsAndReturnsWhenTheRunnerHasEnded() {
        AtomicInteger left = new AtomicInteger(2);
        port.answer("/api/node/drain", 202, EFFECT).on("/api/node", request -> {
            int active = left.getAndDecrement();
            request.response()
                    .putHeader("Connection", "close")
                    .end(node(Math.max(0, active)).toBuffer());
            if (active == 0) {
                port.end();
            }
        });

        assertThat(run("drain", "--yes", "--wait")).isZero();
        assertThat(rig.out().lines())
                .containsExactly(
                        "Takes no more calls.",
                        "draining",
                        "2 calls are left",
                        "1 call is left",
                        "0 calls are left",
                        "ended");
    }

    @Test
    void aTokenFileIsShownAndARefusalIsToldInTheWordsOfThePort(@TempDir Path folder) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "secret-0123456789\n");
        port.answer("/api/node/drain", 403, new JsonObject("{\"message\":\"this token may look, not change\"}"));

        assertThat(run("drain", "--yes", "--token-file", token.toString())).isEqualTo(ExitCode.REFUSED);
        assertThat(port.asked).containsExactly("POST /api/node/drain Bearer secret-0123456789");
        assertThat(rig.err())
                .isEqualToIgnoringNewLines("berth: the operations port answers 403: this token may look, not change");
    }

    @Test
    void logsPrintsEachLineAndSaysWhatWasMissed() {
        String line =
                "{\"at\":0,\"image\":\"team/thumb\",\"container\":\"01ABCDEFGHIJ\",\"source\":\"%s\",\"text\":\"%s\"}";
        port.on(
                "/api/logs",
                request -> request.response()
                        .setChunked(true)
                        .end(": follows\n\nevent: line\ndata: " + line.formatted("stdout", "one\\u001b[2J\\nX")
                                + "\n\nevent: dropped\ndata: {\"lines\":12}\n\nevent: line\ndata: "
                                + line.formatted("stderr", "two") + "\n\n"));

        assertThat(run("logs", "team/thumb")).isZero();
        assertThat(port.asked).containsExactly("GET /api/logs?follow=false&function=team%2Fthumb");
        assertThat(rig.out().lines().map(shown -> shown.substring(13)))
                .containsExactly("team/thumb EFGHIJ | one·[2J·X", "team/thumb EFGHIJ ! two");
        assertThat(rig.err()).isEqualToIgnoringNewLines("berth: 12 lines were missed");
    }

    @Test
    void logsThatFollowsSaysWhenTheRunnerHasGone() {
        port.on("/api/logs", request -> request.response().setChunked(true).end("\n\n"));

        assertThat(run("logs", "-f")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(rig.err()).contains("has ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "logs", "drain"})
    void aPortThatIsNotThereIsSaidToBeSo(String command) {
        assertThat(rig.run(command, "--at", "127.0.0.1:1")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(rig.err()).startsWith("berth: 127.0.0.1:1: ").contains("refused");
        assertThat(rig.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "logs", "drain"})
    void aTokenFileThatIsNotThereIsAWrongUse(String command) {
        assertThat(run(command, "--token-file", "/nowhere")).isEqualTo(ExitCode.USAGE);
        assertThat(port.asked).isEmpty();
    }
}
