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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Runners on child processes that are told to stop, in a folder of a test's. */
final class StopRig implements AutoCloseable {
    static final int GRACE_SECONDS = 5;

    final Vertx vertx = Vertx.vertx();
    private final Path folder;
    private final List<OneRunner> runners = new ArrayList<>();

    StopRig(Path folder) {
        this.folder = folder;
    }

    /** On functions that take a call and never answer it, and the test function. */
    OneRunner start(String... settings) throws IOException {
        return started(OneRunner.start(folder, folder.resolve("sockets"), all(settings)));
    }

    OneRunner startOf(String classPath, String... settings) throws IOException {
        return started(OneRunner.startOf(classPath, folder, folder.resolve("sockets"), all(settings)));
    }

    private OneRunner started(OneRunner runner) {
        runners.add(runner);
        return runner;
    }

    private String[] all(String... settings) throws IOException {
        Path catalogue = folder.resolve("functions");
        define(catalogue, "silent", "[\"sleep\", \"600\"]");
        define(
                catalogue,
                "test-fn",
                "[\"node\", \"" + Path.of("src/examples/test-fn/func.js").toAbsolutePath() + "\"]");
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("engine.kind=process");
        all.add("engine.catalogue=" + catalogue);
        return all.toArray(String[]::new);
    }

    private static void define(Path catalogue, String name, String command) throws IOException {
        Path function = Files.createDirectories(catalogue.resolve(name));
        Files.writeString(function.resolve("func.yaml"), "cmd: " + command + "\n");
    }

    static JsonObject call(String image) {
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", image)
                .put("timeout", 300)
                .put("memory", 16);
    }

    /** A call that takes its container for itself. */
    static EngageCall silent(EngageClient client) {
        return client.engage()
                .tryCall(call("silent").put("format", "default").encode())
                .data("", true);
    }

    static JsonObject program(String steps) {
        return call("test-fn").put("headers", new JsonObject().put("X-Do", new JsonArray().add(steps)));
    }

    static void assertCutOff(CallFinished finished) {
        assertThat(finished.getSuccess()).isFalse();
        assertThat(finished.getErrorCode()).isEqualTo(500);
        assertThat(finished.getErrorStr()).isEqualTo("the runner stopped before the call had ended");
        assertThat(finished.getErrorUser()).isFalse();
    }

    @Override
    public void close() {
        Await.of(vertx.close());
        runners.forEach(OneRunner::close);
    }
}
