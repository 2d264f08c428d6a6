package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.ClientMsg;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CallCommandTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final CommandRig rig = new CommandRig();
    private FakeRunner runner;
    private Path output;

    @BeforeEach
    void start() throws Exception {
        runner = new FakeRunner(vertx);
        output = folder.resolve("out");
    }

    @AfterEach
    void stop() throws Exception {
        Blocking.await(vertx.close());
    }

    @Test
    void answerIsWrittenAndTheExitCodeIsZero() throws IOException {
        answerWith("hello");

        assertThat(call("fn:1")).isZero();

        assertThat(Files.readString(output)).isEqualTo("hello");
        assertThat(rig.err()).isEmpty();
    }

    @Test
    void statusAndHeadersComeBeforeTheBodyWhenAskedFor() throws IOException {
        answerWith("hello");

        assertThat(call("fn:1", "-i", "-v")).isZero();

        assertThat(Files.readString(output)).isEqualTo("HTTP 200\nX-A: 1\nX-A: 2\n\nhello");
        assertThat(rig.err()).startsWith("call id succeeded: waited 0, ran 0");
    }

    @Test
    void optionsBecomeTheCallDocument() throws Exception {
        Future<List<ClientMsg>> received = receiveAll();

        assertThat(call(
                        "fn:1",
                        "--memory",
                        "64",
                        "--cpus",
                        "100m",
                        "--timeout",
                        "7",
                        "--idle-timeout",
                        "8",
                        "--config",
                        "A=1",
                        "--config",
                        "B=x=y",
                        "-H",
                        "X-A: 1",
                        "-H",
                        "X-A:2",
                        "--app-id",
                        "app",
                        "--fn-id",
                        "fn",
                        "--call-id",
                        "01A",
                        "--type",
                        "detached",
                        "--format",
                        "json",
                        "--syslog-url",
                        "udp://h:1",
                        "--method",
                        "PUT",
                        "--url",
                        "http://u/",
                        "--slot-hash",
                        "0aFF",
                        "--extension",
                        "E=e"))
                .isZero();

        var tryCall = Blocking.await(received).get(0).getTry();
        assertThat(tryCall.getSlotHashId().toStringUtf8()).isEqualTo("0aFF");
        assertThat(tryCall.getExtensionsMap()).containsExactly(java.util.Map.entry("E", "e"));
        JsonObject document = new JsonObject(tryCall.getModelsCallJson());
        assertThat(document.getString("id")).isEqualTo("01A");
        assertThat(document.getString("image")).isEqualTo("fn:1");
        assertThat(document.getString("type")).isEqualTo("detached");
        assertThat(document.getString("format")).isEqualTo("json");
        assertThat(document.getString("method")).isEqualTo("PUT");
        assertThat(document.getString("url")).isEqualTo("http://u/");
        assertThat(document.getInteger("timeout")).isEqualTo(7);
        assertThat(document.getInteger("idle_timeout")).isEqualTo(8);
        assertThat(document.getInteger("memory")).isEqualTo(64);
        assertThat(document.getString("cpus")).isEqualTo("100m");
        assertThat(document.getString("app_id")).isEqualTo("app");
        assertThat(document.getString("fn_id")).isEqualTo("fn");
        assertThat(document.getString("syslog_url")).isEqualTo("udp://h:1");
        assertThat(document.getJsonObject("headers").encode()).isEqualTo("{\"X-A\":[\"1\",\"2\"]}");
        assertThat(document.getJsonObject("config").getMap())
                .containsEntry("A", "1")
                .containsEntry("B", "x=y")
                .containsEntry("FN_MEMORY", "64")
                .containsEntry("FN_APP_ID", "app")
                .containsEntry("FN_FN_ID", "fn")
                .containsEntry("FN_TYPE", "sync");
    }

    @Test
    void callHasTheDefaultsOfALoadBalancer() throws Exception {
        Future<List<ClientMsg>> received = receiveAll();
        call("fn:1");

        List<ClientMsg> messages = Blocking.await(received);
        JsonObject document = new JsonObject(messages.get(0).getTry().getModelsCallJson());
        assertThat(document.getString("id")).matches("[0-9A-HJKMNP-TV-Z]{26}");
        assertThat(document.getString("type")).isEqualTo("sync");
        assertThat(document.getInteger("memory")).isEqualTo(128);
        assertThat(document.getInteger("timeout")).isEqualTo(30);
        assertThat(document.containsKey("cpus")).isFalse();
        assertThat(document.containsKey("format")).isFalse();
        assertThat(messages).hasSize(2);
        assertThat(messages.get(1).getData().getEof()).isTrue();
    }

    @Test
    void bodyOfAFileIsSentWhole() throws Exception {
        byte[] bytes = new byte[1_000_001];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(folder.resolve("body"), bytes);
        echo();

        assertThat(call("fn:1", "--body-file", file.toString())).isZero();

        assertThat(Files.readAllBytes(output)).isEqualTo(bytes);
    }

    @Test
    void bodyOfTheCommandLineIsSent() throws IOException {
        echo();
        assertThat(call("fn:1", "--body", "héllo")).isZero();
        assertThat(Files.readString(output)).isEqualTo("héllo");
    }

    @ParameterizedTest
    @CsvSource({
        "502, function failed, true, 1",
        "400, Invalid JSON, false, 1",
        "501, no detach, false, 1",
        "503, Timed out - server too busy, false, 3",
        "504, Timed out, true, 4",
        "500, Syslog Unavailable, true, 1",
        "500, internal error, false, 6"
    })
    void failedCallIsToldInOneLineAndByTheExitCode(int code, String text, boolean user, int exitCode) {
        runner.onEngage(request -> request.response().end(FakeRunner.failed(code, text, user)));

        assertThat(call("fn:1")).isEqualTo(exitCode);

        assertThat(rig.err()).isEqualTo(code + " " + text + System.lineSeparator());
    }

    @Test
    void whatTheRunnerSaysDoesNothingToATerminal() {
        runner.onEngage(request ->
                request.response().end(FakeRunner.failed(400, "Invalid URL: a\n\u001b[2J\u202e<script>", false)));

        assertThat(call("fn:1")).isEqualTo(1);

        assertThat(rig.err()).isEqualToIgnoringNewLines("400 Invalid URL: a··[2J·<script>");
    }

    @Test
    void callThatBreaksOffKeepsWhatArrived() throws IOException {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200));
            request.response().write(FakeRunner.data("part"));
            request.response().end(FakeRunner.failed(504, "Timed out", true));
        });

        assertThat(call("fn:1")).isEqualTo(4);

        assertThat(Files.readString(output)).isEqualTo("part");
    }

    @Test
    void runnerThatDoesNotAnswerIsExitCodeFive() {
        assertThat(rig.run("call", "127.0.0.1:1", "fn:1")).isEqualTo(5);
        assertThat(rig.err()).startsWith("UNAVAILABLE cannot connect to 127.0.0.1:1: Connection refused");
    }

    @Test
    void deadlineThatPassesIsExitCodeFive() {
        runner.onEngage(request -> {});
        assertThat(call("fn:1", "--deadline", "0.05")).isEqualTo(5);
        assertThat(rig.err()).startsWith("DEADLINE_EXCEEDED");
    }

    @Test
    void bodyThatCannotBeReadIsExitCodeSeven() {
        assertThat(call("fn:1", "--body-file", folder.toString())).isEqualTo(7);
        assertThat(call("fn:1", "--body-file", "/no/file")).isEqualTo(7);
    }

    @Test
    void answerThatCannotBeWrittenIsExitCodeSeven() {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200));
            request.response().write(FakeRunner.data("x".repeat(1000)));
        });
        assertThat(rig.run("call", runner.address().toString(), "fn:1", "-o", "/dev/full"))
                .isEqualTo(7);
        assertThat(rig.err()).contains("No space left");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--slot-hash abc",
                "--slot-hash xy",
                "-H novalue",
                "--memory -1",
                "--memory many",
                "--frame-bytes 0",
                "--deadline 0",
                "--body a --body-file b",
                "--cert a",
                "--nonsense"
            })
    void wrongOptionsAreExitCodeTwo(String options) {
        assertThat(call("fn:1", options.split(" "))).isEqualTo(2);
        assertThat(rig.err()).startsWith("berth call: ").contains("'berth call --help' has the options.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:0", "host:99999", "a b", "http://x", ""})
    void wrongAddressIsExitCodeTwo(String address) {
        assertThat(rig.run("call", address, "fn:1")).isEqualTo(2);
    }

    private int call(String image, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("call", runner.address().toString(), image, "-o", output.toString()));
        arguments.addAll(List.of(options));
        return rig.run(arguments.toArray(String[]::new));
    }

    private void answerWith(String body) {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200, "X-A", "1", "X-A", "2"));
            request.response().write(FakeRunner.data(body));
            request.response().end(FakeRunner.succeeded());
        });
    }

    private void echo() {
        runner.onEngage(request -> {
            request.response().write(FakeRunner.head(200));
            request.handler(message -> {
                if (message.hasData()) {
                    request.response().write(FakeRunner.data(message.getData().getData()));
                }
                if (message.getData().getEof()) {
                    request.response().end(FakeRunner.succeeded());
                }
            });
        });
    }

    private Future<List<ClientMsg>> receiveAll() {
        Promise<List<ClientMsg>> all = Promise.promise();
        runner.onEngage(request -> {
            List<ClientMsg> messages = new ArrayList<>();
            request.handler(messages::add);
            request.endHandler(end -> {
                all.complete(messages);
                request.response().end(FakeRunner.succeeded());
            });
        });
        return all.future();
    }
}
