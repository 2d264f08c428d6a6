package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.CallFinished;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Runners on Docker, one after the other, on one socket root. */
final class AdoptionRig implements AutoCloseable {
    static final String SECRET = "sesame-open-4711";

    final Vertx vertx = Vertx.vertx();
    final Path folder;
    private final List<OneRunner> runners = new CopyOnWriteArrayList<>();

    AdoptionRig(Path folder) {
        this.folder = folder;
    }

    OneRunner runner(String... settings) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("engine.kind=docker", "worker.freezeIdle=20ms", "node.drainTimeout=20s", "http.port=0"));
        all.addAll(List.of(settings));
        OneRunner runner = OneRunner.start(folder, folder.resolve("s"), all.toArray(String[]::new));
        runners.add(runner);
        return runner;
    }

    static CallFinished call(EngageClient client, String function) {
        return call(client, function, "read; send ok");
    }

    /** Whether one that was started says that it waits for another. */
    boolean waits() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".log"))
                    .map(OneRunner::read)
                    .anyMatch(log -> log.contains("waiting for a runner here to hand over"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String model(String function, String program) {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", "berth/test-fn")
                .put("app_id", "app")
                .put("fn_id", function)
                .put("timeout", 60)
                .put("idle_timeout", 120)
                .put("memory", 64)
                .put("config", new JsonObject().put("PASSWORD", SECRET))
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(program)))
                .encode();
    }

    static CallFinished call(EngageClient client, String function, String program) {
        EngageCall.Result result = client.engage()
                .tryCall(model(function, program))
                .data("body", true)
                .result();
        assertThat(result.status()).isEqualTo("0");
        return result.finished();
    }

    static void assertWarm(CallFinished end) {
        assertThat(end.getErrorStr()).isEmpty();
        assertThat(end.getCtrCreateDuration()).as("no container was made").isZero();
    }

    static void assertCold(CallFinished end) {
        assertThat(end.getErrorStr()).isEmpty();
        assertThat(end.getCtrCreateDuration()).as("a new container").isPositive();
    }

    static void assertHandsOver(OneRunner runner) throws Exception {
        runner.signal("USR2");
        assertThat(runner.exitCode(25)).as(runner::log).isZero();
    }

    static void assertStops(OneRunner runner) throws Exception {
        runner.signal("TERM");
        assertThat(runner.exitCode(25)).as(runner::log).isZero();
        assertNothingLeft(runner);
    }

    static void assertNothingLeft(OneRunner runner) throws Exception {
        assertThat(runner.containers()).as(runner::log).isEmpty();
        runner.assertNothingLeft();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .as("mounts")
                .doesNotContain(runner.sockets().toString());
    }

    List<Path> records() throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("s"))) {
            return all.filter(file -> file.getFileName().toString().endsWith(".left"))
                    .toList();
        }
    }

    /** Without the places that are held ready. */
    static List<String> functions(OneRunner runner) {
        try {
            return runner.containersWith("dev.berth.role=function");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A runner that had a call of each of these functions and has left what they ran in. */
    OneRunner handedOver(String... functions) throws Exception {
        OneRunner runner = runner();
        assertCold(runner, functions);
        assertHandsOver(runner);
        return runner;
    }

    /** A call of each finds a container. */
    void assertWarm(OneRunner runner, String... functions) {
        EngageClient client = runner.connect(vertx);
        for (String function : functions) {
            assertWarm(call(client, function));
        }
    }

    /** A call of each has a container made. */
    void assertCold(OneRunner runner, String... functions) {
        EngageClient client = runner.connect(vertx);
        for (String function : functions) {
            assertCold(call(client, function));
        }
    }

    @Override
    public void close() throws Exception {
        Await.of(vertx.close());
        runners.forEach(OneRunner::close);
        if (!runners.isEmpty() && !functions(runners.get(0)).isEmpty()) {
            // What a test that failed has left: the next start removes it.
            OneRunner last = runner("worker.adopt=off");
            last.signal("TERM");
            last.exitCode(25);
        }
    }
}
