package dev.berth.stopping;

import static dev.berth.stopping.AdoptionRig.assertHandsOver;
import static dev.berth.stopping.AdoptionRig.assertStops;
import static dev.berth.stopping.AdoptionRig.functions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runners on Docker that leave their containers to the next, which takes over what was left. */
@Timeout(240)
final class AdoptionIT {
    private static final int STREAMS = 32;

    /** On a machine that has much else to do; the page has what was seen. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private AdoptionRig rig;

    @BeforeEach
    void open() {
        rig = new AdoptionRig(folder);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    @Rule("adopt-handover")
    void theNextRunnerTakesOverWhatIsLeft() throws Exception {
        OneRunner first = rig.runner();
        rig.assertCold(first, "a", "b");
        List<String> containers = first.containers();

        assertHandsOver(first);

        assertThat(first.containers()).containsAll(containers.subList(0, 2));
        assertThat(rig.records()).hasSize(2);
        OneRunner second = rig.runner();
        assertThat(rig.records()).isEmpty();
        rig.assertWarm(second, "b", "a", "a");
        rig.assertCold(second, "c");
        // And once more, with what the second has made and what it has taken over.
        assertHandsOver(second);
        OneRunner third = rig.runner();
        rig.assertWarm(third, "c", "a", "b");
        assertStops(third);
    }

    /** The network that a function has joined stays, and goes with it. */
    @Test
    @Rule("adopt-handover")
    void whatHasJoinedAPlaceIsLeftWithIt() throws Exception {
        OneRunner first = rig.runner("docker.prefork.poolSize=auto");
        first.until("places", () -> places(first) >= 2);
        rig.assertCold(first, "a", "b");

        assertHandsOver(first);

        assertThat(places(first)).as("those that functions have joined").isBetween(1, 2);
        OneRunner second = rig.runner();
        rig.assertWarm(second, "a");
        assertHandsOver(second);
        OneRunner third = rig.runner();
        rig.assertWarm(third, "a");
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
        OneRunner first = rig.runner("grpc.port=" + port);
        try (RetryingCallers callers = new RetryingCallers(port, STREAMS)) {
            callers.warm();
            List<String> before = first.containersWith("dev.berth.role=function");
            assertThat(before).hasSize(STREAMS);
            callers.start();
            callers.awaitMoreAnswers(10 * STREAMS);

            long began = System.nanoTime();
            Future<OneRunner> starting =
                    rig.vertx.executeBlocking(() -> rig.runner("grpc.port=" + port, "worker.takeOver=true"), false);
            first.until("the next waits", rig::waits);
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

    /** Its port is free for the next runner meanwhile, and its container follows. */
    @Test
    @Rule("adopt-handover")
    void aCallThatRunsLongHoldsNobodyUp() throws Exception {
        int port = freePort();
        OneRunner first = rig.runner("grpc.port=" + port);
        rig.assertCold(first, "idle");
        EngageClient client = first.connect(rig.vertx);
        EngageCall running = client.engage()
                .tryCall(AdoptionRig.model("busy", "read; send done"))
                .data("a part", false);
        first.awaitBusy(client, 1);
        Future<OneRunner> starting =
                rig.vertx.executeBlocking(() -> rig.runner("grpc.port=" + port, "worker.takeOver=true"), false);
        first.until("the next waits", rig::waits);

        first.signal("USR2");
        OneRunner second = Await.of(starting);

        rig.assertWarm(second, "idle");
        assertThat(first.alive()).as("it has a call").isTrue();
        assertThat(running.data("the rest", true).result().finished().getSuccess())
                .isTrue();
        assertThat(first.exitCode(25)).as(first::log).isZero();
        second.awaitLine("took over containers");
        rig.assertWarm(second, "busy");
        assertStops(second);
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    @Test
    @Rule("adopt-crash")
    void afterACrashNothingIsTakenOverUnlessThatIsSet() throws Exception {
        OneRunner first = rig.runner();
        rig.assertCold(first, "a");
        first.kill();

        OneRunner second = rig.runner("worker.adopt=frozen");

        rig.assertCold(second, "a");
        assertStops(second);
    }

    @Test
    @Rule("adopt-crash")
    void afterACrashWhatWasFrozenIsTakenOverIfThatIsSet() throws Exception {
        OneRunner first = rig.runner("worker.adopt=frozen");
        EngageClient client = first.connect(rig.vertx);
        AdoptionRig.assertCold(AdoptionRig.call(client, "frozen"));
        first.awaitStatus(
                client,
                "frozen",
                status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getPaused() == 1));
        client.engage().tryCall(busy().encode()).data("", true);
        first.awaitBusy(client, 1);
        first.until("both are written down", () -> recordsNow() == 2);
        first.kill();

        OneRunner second = rig.runner("worker.adopt=frozen");

        assertThat(functions(second)).as("the busy one is gone").hasSize(1);
        rig.assertWarm(second, "frozen");
        second.kill();
        assertStops(rig.runner());
    }

    private long recordsNow() {
        try {
            return rig.records().size();
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
}
