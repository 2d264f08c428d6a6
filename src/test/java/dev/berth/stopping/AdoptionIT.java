package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.CallFinished;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runners on Docker, one after the other, that leave their containers to the next and take over what was left. */
@Timeout(240)
final class AdoptionIT {
    private static final int STREAMS = 32;
    /** On a machine that has much else to do; the page has what was seen. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private static final String SECRET = "sesame-open-4711";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<OneRunner> runners = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        Await.of(vertx.close());
        runners.forEach(OneRunner::close);
        if (!runners.isEmpty() && !functions(runners.get(0)).isEmpty()) {
            // What a test that failed has left: the next start removes it.
            OneRunner last = runner("worker.adopt=off");
            last.signal("TERM");
            last.exitCode(25);
        }
    }

    private OneRunner runner(String... settings) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("engine.kind=docker", "worker.freezeIdle=20ms", "node.drainTimeout=20s", "http.port=0"));
        all.addAll(List.of(settings));
        OneRunner runner = OneRunner.start(folder, folder.resolve("s"), all.toArray(String[]::new));
        runners.add(runner);
        return runner;
    }

    private static CallFinished call(EngageClient client, String function) {
        return call(client, function, "read; send ok");
    }

    private static CallFinished call(EngageClient client, String function, String program) {
        JsonObject model = new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", "berth/test-fn")
                .put("app_id", "app")
                .put("fn_id", function)
                .put("timeout", 60)
                .put("idle_timeout", 120)
                .put("memory", 64)
                .put("config", new JsonObject().put("PASSWORD", SECRET))
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(program)));
        EngageCall.Result result =
                client.engage().tryCall(model.encode()).data("body", true).result();
        assertThat(result.status()).isEqualTo("0");
        return result.finished();
    }

    private static void assertWarm(CallFinished end) {
        assertThat(end.getErrorStr()).isEmpty();
        assertThat(end.getCtrCreateDuration()).as("no container was made").isZero();
    }

    private static void assertCold(CallFinished end) {
        assertThat(end.getErrorStr()).isEmpty();
        assertThat(end.getCtrCreateDuration()).as("a new container").isPositive();
    }

    private void assertHandsOver(OneRunner runner) throws Exception {
        runner.signal("USR2");
        assertThat(runner.exitCode(25)).as(runner::log).isZero();
    }

    private static void assertStops(OneRunner runner) throws Exception {
        runner.signal("TERM");
        assertThat(runner.exitCode(25)).as(runner::log).isZero();
        assertNothingLeft(runner);
    }

    private static void assertNothingLeft(OneRunner runner) throws Exception {
        assertThat(runner.containers()).as(runner::log).isEmpty();
        runner.assertNothingLeft();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .as("mounts")
                .doesNotContain(runner.sockets().toString());
    }

    private List<Path> records() throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("s"))) {
            return all.filter(file -> file.getFileName().toString().endsWith(".left"))
                    .toList();
        }
    }

    @Test
    @Rule("adopt-handover")
    void theNextRunnerTakesOverWhatIsLeft() throws Exception {
        OneRunner first = runner();
        EngageClient client = first.connect(vertx);
        assertCold(call(client, "a"));
        assertCold(call(client, "b"));
        List<String> containers = first.containers();

        assertHandsOver(first);

        assertThat(first.containers()).containsAll(containers.subList(0, 2));
        assertThat(records()).hasSize(2);
        OneRunner second = runner();
        EngageClient next = second.connect(vertx);
        assertThat(records()).isEmpty();
        assertWarm(call(next, "b"));
        assertWarm(call(next, "a"));
        assertWarm(call(next, "a"));
        assertCold(call(next, "c"));
        // And once more, with what the second has made and what it has taken over.
        assertHandsOver(second);
        OneRunner third = runner();
        EngageClient last = third.connect(vertx);
        assertWarm(call(last, "c"));
        assertWarm(call(last, "a"));
        assertWarm(call(last, "b"));
        assertStops(third);
    }

    /** The network that a function has joined stays, and goes with it. */
    @Test
    @Rule("adopt-handover")
    void whatHasJoinedAPlaceIsLeftWithIt() throws Exception {
        OneRunner first = runner("docker.prefork.poolSize=auto");
        first.until("places", () -> places(first) >= 2);
        EngageClient client = first.connect(vertx);
        assertCold(call(client, "a"));
        assertCold(call(client, "b"));

        assertHandsOver(first);

        assertThat(places(first)).as("those that functions have joined").isBetween(1, 2);
        OneRunner second = runner();
        assertWarm(call(second.connect(vertx), "a"));
        assertHandsOver(second);
        OneRunner third = runner();
        assertWarm(call(third.connect(vertx), "a"));
        assertStops(third);
    }

    private static int places(OneRunner runner) {
        try {
            return runner.containersWith("dev.berth.role=place").size();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    @Rule("adopt-upgrade")
    void anUpgradeUnderLoadCostsNoCallAndNoStart() throws Exception {
        int port = freePort();
        OneRunner first = runner("grpc.port=" + port);
        try (RetryingCallers callers = new RetryingCallers(port, STREAMS)) {
            callers.warm();
            List<String> before = first.containersWith("dev.berth.role=function");
            assertThat(before).hasSize(STREAMS);
            callers.start();
            callers.awaitMoreAnswers(10 * STREAMS);

            long began = System.nanoTime();
            Future<OneRunner> starting =
                    vertx.executeBlocking(() -> runner("grpc.port=" + port, "worker.takeOver=true"), false);
            first.until("the next waits", () -> waits());
            long told = System.nanoTime();
            assertHandsOver(first);
            OneRunner second = Await.of(starting);
            callers.awaitMoreAnswers(20 * STREAMS);
            callers.stop();

            System.out.printf(
                    "upgrade: %d streams, %d calls, %d tried again, pause in answers %.2f s, from SIGUSR2 %.2f s"
                            + " to the first answer, next runner up %.2f s before%n",
                    STREAMS,
                    callers.answers(),
                    callers.retries(),
                    callers.longestPause() / 1e9,
                    (callers.firstAnswerAfterPause() - told) / 1e9,
                    (told - began) / 1e9);
            assertThat(callers.failures()).isEmpty();
            assertThat(callers.coldStarts()).isZero();
            assertThat(second.containersWith("dev.berth.role=function")).containsExactlyInAnyOrderElementsOf(before);
            assertThat(callers.longestPause())
                    .as(() -> first.log() + second.log())
                    .isLessThan(LONGEST_PAUSE.toNanos());
            assertStops(second);
        }
    }

    private boolean waits() {
        return runnerLogs().anyMatch(log -> log.contains("waiting for a runner here to hand over"));
    }

    private Stream<String> runnerLogs() {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .filter(file -> file.getFileName().toString().endsWith(".log"))
                    .map(OneRunner::read)
                    .toList()
                    .stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    @Test
    @Rule("adopt-secret")
    void whatIsWrittenTellsNothingOfTheConfiguration() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        assertHandsOver(first);

        Path record = records().get(0);
        assertThat(Files.readString(record)).doesNotContain(SECRET, "PASSWORD", "\"app\"", "fn_id");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record.getParent())))
                .isEqualTo("rwx------");
        assertStops(runner("worker.adopt=off"));
    }

    @Test
    @Rule("adopt-limit")
    void whoComesTooLateRemovesIt() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        assertHandsOver(first);

        OneRunner late = runner("worker.adoptWithin=0s");

        assertThat(late.log()).contains("left too long ago");
        assertCold(call(late.connect(vertx), "a"));
        assertStops(late);
    }

    @Test
    @Rule("adopt-fit")
    void whatWasMadeWithOtherSettingsIsRemoved() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        assertHandsOver(first);

        OneRunner other = runner("docker.maxPids=77");

        assertThat(other.log()).contains("made with other settings");
        assertCold(call(other.connect(vertx), "a"));
        assertStops(other);
    }

    @Test
    @Rule("adopt-fit")
    void whatThereIsNoRoomForIsRemoved() throws Exception {
        OneRunner first = runner();
        EngageClient client = first.connect(vertx);
        assertCold(call(client, "a"));
        assertCold(call(client, "b"));
        assertHandsOver(first);

        OneRunner small = runner("registry.maxMemory=100MiB");

        small.until("one is removed", () -> functions(small).size() == 1);
        assertStops(small);
    }

    @Test
    @Rule("adopt-crash")
    void afterACrashNothingIsTakenOverUnlessThatIsSet() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        first.kill();

        OneRunner second = runner("worker.adopt=frozen");

        assertCold(call(second.connect(vertx), "a"));
        assertStops(second);
    }

    @Test
    @Rule("adopt-crash")
    void afterACrashWhatWasFrozenIsTakenOverIfThatIsSet() throws Exception {
        OneRunner first = runner("worker.adopt=frozen");
        EngageClient client = first.connect(vertx);
        assertCold(call(client, "frozen"));
        first.awaitStatus(
                client,
                "frozen",
                status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getPaused() == 1));
        client.engage().tryCall(busy().encode()).data("", true);
        first.awaitBusy(client, 1);
        first.until("both are written down", () -> recordsNow() == 2);
        first.kill();

        OneRunner second = runner("worker.adopt=frozen");

        EngageClient next = second.connect(vertx);
        assertThat(functions(second)).as("the busy one is gone").hasSize(1);
        assertWarm(call(next, "frozen"));
        second.kill();
        assertStops(runner());
    }

    private long recordsNow() {
        try {
            return records().size();
        } catch (IOException removed) {
            return -1;
        }
    }

    private static JsonObject busy() {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", "berth/test-fn")
                .put("fn_id", "busy")
                .put("timeout", 60)
                .put("memory", 64)
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add("read; sleep 30000; send ok")));
    }

    @Test
    @Rule("adopt-once")
    void aSuccessorThatDiesLeavesNothingToItsOwn() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        assertHandsOver(first);
        OneRunner second = runner();
        second.kill();

        OneRunner third = runner();

        assertCold(call(third.connect(vertx), "a"));
        assertStops(third);
    }

    @Test
    @Rule("adopt-checked")
    void aSocketAtWhichSomebodyElseListensIsNotCalled() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        assertHandsOver(first);
        Path record = records().get(0);
        JsonObject written = new JsonObject(Files.readString(record));
        String name = record.getFileName().toString();
        Path home = record.resolveSibling(name.substring(0, name.length() - ".left".length()));
        Path socket = home.resolve(written.getString("socket"));
        Files.delete(socket);
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            written.put("inode", (Long) Files.getAttribute(socket, "unix:ino"));
            Files.writeString(record, written.encode());

            OneRunner second = runner();

            assertThat(second.log()).contains("somebody else listens at its socket");
            assertThat(functions(second)).isEmpty();
            assertCold(call(second.connect(vertx), "a"));
            assertStops(second);
        }
    }

    @Test
    @Rule("adopt-checked")
    void aRecordOfAnotherProcessIsNotBelieved() throws Exception {
        OneRunner first = runner();
        assertCold(call(first.connect(vertx), "a"));
        assertHandsOver(first);
        Path record = records().get(0);
        JsonObject written = new JsonObject(Files.readString(record));
        Files.writeString(
                record, written.put("started", written.getLong("started") + 1).encode());

        OneRunner second = runner();

        assertThat(second.log()).contains("not running since it was left");
        assertThat(functions(second)).isEmpty();
        assertStops(second);
    }

    /** Without the places that are held ready. */
    private static List<String> functions(OneRunner runner) {
        try {
            return runner.containersWith("dev.berth.role=function");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
