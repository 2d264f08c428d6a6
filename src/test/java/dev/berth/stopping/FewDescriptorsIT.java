package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
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
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole runner on Docker that may open no more files, or hardly any more. */
@Timeout(240)
final class FewDescriptorsIT {
    private static final int CALLS = 6;
    private static final String ENOUGH = "4096";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.of(vertx.close());
    }

    private OneRunner runner() throws IOException {
        return OneRunner.start(
                folder, folder.resolve("s"), "engine.kind=docker", "node.drainTimeout=20s", "worker.freezeIdle=0");
    }

    private static EngageCall call(EngageClient client, String name) {
        JsonObject model = new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", "berth/test-fn")
                .put("timeout", 60)
                .put("idle_timeout", 120)
                .put("memory", 64)
                .put("config", new JsonObject().put("NAME", name))
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add("read; sleep 50; send ok")));
        return client.engage().tryCall(model.encode()).data("", true);
    }

    private static CallFinished end(EngageCall call) {
        EngageCall.Result result = call.result();
        assertThat(result.status()).isEqualTo("0");
        return result.finished();
    }

    private static void assertServed(EngageClient client, String name) {
        EngageCall.Result result = call(client, name).result();
        assertThat(result.finished().getErrorStr()).isEmpty();
        assertThat(result.body()).isEqualTo("ok");
    }

    private static long open(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return all.count();
        }
    }

    /** The soft limit; the hard one stays. */
    private static void allow(long pid, String files) throws Exception {
        assertThat(new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--nofile=" + files + ":")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    @Rule("container-descriptors")
    void aRunnerWithoutDescriptorsPassesCallsOnAndBlamesNobody() throws Exception {
        try (OneRunner runner = runner()) {
            EngageClient client = runner.connect(vertx);
            assertServed(client, "hot");
            long before = open(runner.pid());

            int refused = 0;
            for (int spare = 0; spare <= 12; spare += 3) {
                allow(runner.pid(), Long.toString(open(runner.pid()) + spare));
                List<EngageCall> calls = IntStream.range(0, CALLS)
                        .mapToObj(i -> call(client, i % 2 == 0 ? "hot" : "cold-" + i))
                        .toList();

                for (EngageCall each : calls) {
                    CallFinished end = end(each);
                    assertThat(end.getErrorUser()).as(end.getErrorStr()).isFalse();
                    assertThat(end.getErrorCode()).as(end.getErrorStr()).isIn(0, 500, 503);
                    refused += end.getErrorCode() == 503 ? 1 : 0;
                }
                allow(runner.pid(), ENOUGH);
                assertServed(client, "hot");
                assertServed(client, "cold-1");
            }

            assertThat(refused).as("calls that found no descriptor").isPositive();
            assertGivenBack(runner, before);
            assertThat(runner.log()).doesNotContain("NoClassDefFoundError");
            assertStops(runner);
        }
    }

    private static void assertGivenBack(OneRunner runner, long before) {
        runner.until("files are given back", () -> {
            try {
                return open(runner.pid()) <= before + 8 * CALLS;
            } catch (IOException gone) {
                return false;
            }
        });
    }

    private static void assertStops(OneRunner runner) throws Exception {
        runner.signal("TERM");
        assertThat(runner.exitCode(25)).isZero();
        assertThat(runner.containers()).isEmpty();
        assertThat(runner.folders()).isEmpty();
    }
}
