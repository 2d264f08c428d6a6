package dev.berth.stopping;

import static dev.berth.stopping.AdoptionRig.assertStops;
import static dev.berth.stopping.AdoptionRig.functions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handovers, with real containers, in the midst of which one of the runners, or both, is killed or told otherwise. */
@Timeout(240)
final class HandoverFaultsIT {
    private static final String[] IDLE = {"a", "b", "c", "d", "e"};
    private static final String COUNTED = "read; append /tmp/calls x; send ok";
    /** Longer than any test runs: it ends with its container. */
    private static final String LONG = "read; append /tmp/calls x; sleep 120000; send ok";

    @TempDir
    Path folder;

    private AdoptionRig rig;
    private OneRunner first;
    private EngageClient client;

    @BeforeEach
    void open() throws Exception {
        rig = new AdoptionRig(folder);
        first = rig.runner();
        client = first.connect(rig.vertx);
        for (String function : IDLE) {
            AdoptionRig.assertCold(AdoptionRig.call(client, function, COUNTED));
        }
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private EngageCall busy() {
        EngageCall running =
                client.engage().tryCall(AdoptionRig.model("busy", LONG)).data("", true);
        first.awaitBusy(client, 1);
        return running;
    }

    private Future<OneRunner> waiting() {
        Future<OneRunner> starting = rig.vertx.executeBlocking(() -> rig.runner("worker.takeOver=true"), false);
        first.until("the next waits", rig::waits);
        return starting;
    }

    /** The one that has not said yet that it listens. */
    private ProcessHandle successor() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.pid() != first.pid()
                        && OneRunner.read(Path.of("/proc", Long.toString(child.pid()), "cmdline"))
                                .contains(first.sockets().toString()))
                .findFirst()
                .orElseThrow();
    }

    private boolean thereIs(String name) {
        try (Stream<Path> all = Files.walk(first.sockets(), 2)) {
            return all.anyMatch(file -> file.getFileName().toString().endsWith(name));
        } catch (IOException | UncheckedIOException changing) {
            assertThat(changing).hasRootCauseInstanceOf(NoSuchFileException.class);
            return false;
        }
    }

    /** Without a pause: what is looked for may be there for a moment. */
    private void awaitFile(String name, OneRunner of) {
        while (!thereIs(name) && of.alive()) {
            Thread.onSpinWait();
        }
    }

    /** Each of the functions takes calls, has had each of its calls once, and is in one container. */
    private void assertEachCallRanOnce(OneRunner runner) {
        EngageClient asking = runner.connect(rig.vertx);
        for (String function : IDLE) {
            EngageCall.Result result = asking.engage()
                    .tryCall(AdoptionRig.model(function, "read; append /tmp/calls x; file /tmp/calls; report"))
                    .data("", true)
                    .result();
            boolean warm = result.finished().getCtrCreateDuration() == 0;
            assertThat(result.finished().getSuccess())
                    .as(() -> result.finished() + runner.log())
                    .isTrue();
            assertThat(result.body().split("x\\\\n", -1)).as(result.body()).hasSize(warm ? 3 : 2);
        }
        assertThat(functions(runner)).as(runner::log).hasSize(IDLE.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"leaving", "heir.lock", ".left", "moved"})
    @Rule("adopt-kill")
    void theFirstIsKilled(String file) throws Exception {
        EngageCall lost = busy();
        Future<OneRunner> starting = waiting();
        first.signal("USR2");
        awaitFile(file, first);
        first.kill();

        OneRunner second = Await.of(starting);

        second.until("only what was left is there", () -> functions(second).size() <= IDLE.length);
        assertThat(lost.future().isComplete()
                        && lost.future().succeeded()
                        && lost.result().finished().getSuccess())
                .isFalse();
        assertEachCallRanOnce(second);
        assertStops(second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"waiting", "heir.lock", ".left", "moved"})
    @Rule("adopt-kill")
    void theSecondIsKilled(String file) throws Exception {
        Future<OneRunner> starting = waiting();
        ProcessHandle second = successor();
        if (!file.equals("waiting")) {
            first.signal("USR2");
        }
        awaitFile(file, first);
        second.destroyForcibly();
        second.onExit().join();
        starting.otherwiseEmpty().toCompletionStage().toCompletableFuture().join();
        if (file.equals("waiting")) {
            first.signal("USR2");
        }
        assertThat(first.exitCode(25)).as(first::log).isZero();

        OneRunner third = rig.runner();

        assertEachCallRanOnce(third);
        assertStops(third);
    }

    @ParameterizedTest
    @ValueSource(strings = {"heir.lock", ".left", "moved"})
    @Rule("adopt-kill")
    void bothAreKilled(String file) throws Exception {
        busy();
        Future<OneRunner> starting = waiting();
        ProcessHandle second = successor();
        first.signal("USR2");
        awaitFile(file, first);
        first.kill();
        second.destroyForcibly();
        second.onExit().join();
        starting.otherwiseEmpty().toCompletionStage().toCompletableFuture().join();

        OneRunner third = rig.runner();

        third.until("only what was left is there", () -> functions(third).size() <= IDLE.length);
        assertEachCallRanOnce(third);
        assertStops(third);
    }

    /** A second signal, of either kind, says that calls are not to be waited for. */
    @ParameterizedTest
    @ValueSource(strings = {"USR2", "TERM"})
    @Rule("adopt-kill")
    void theFirstIsToldAgain(String signal) throws Exception {
        EngageCall cut = busy();
        Future<OneRunner> starting = waiting();
        first.signal("USR2");
        OneRunner second = Await.of(starting);

        first.signal(signal);

        assertThat(cut.result().finished().getSuccess()).isFalse();
        assertThat(first.exitCode(25)).as(first::log).isEqualTo(1);
        second.awaitLine("took over containers");
        second.until("the busy one is gone", () -> functions(second).size() == IDLE.length);
        assertEachCallRanOnce(second);
        assertStops(second);
    }

    @Test
    @Rule("adopt-kill")
    void theSecondIsToldToStopWhileTheFirstIsThere() throws Exception {
        busy();
        Future<OneRunner> starting = waiting();
        first.signal("USR2");
        OneRunner second = Await.of(starting);

        second.signal("TERM");

        assertThat(second.exitCode(25)).as(second::log).isZero();
        assertThat(functions(first)).as("that of the call").hasSize(1);
        first.signal("USR2");
        assertThat(first.exitCode(25)).as(first::log).isEqualTo(1);
        OneRunner third = rig.runner();
        assertStops(third);
    }

    /** Only one of two inherits; the other has nothing of it, and nothing is removed that the one has. */
    @Test
    @Rule("adopt-kill")
    void aThirdIsStarted() throws Exception {
        Future<OneRunner> starting = waiting();
        Future<OneRunner> another =
                rig.vertx.executeBlocking(() -> rig.runner("worker.takeOver=true", "worker.adoptWait=5s"), false);
        first.signal("USR2");
        assertThat(first.exitCode(25)).as(first::log).isZero();
        List<OneRunner> both = new ArrayList<>(List.of(Await.of(starting), Await.of(another)));

        long heirs = both.stream()
                .filter(each -> each.log().contains("containers=\"" + IDLE.length))
                .count();
        assertThat(heirs).as(() -> both.get(0).log() + both.get(1).log()).isEqualTo(1);
        OneRunner heir = both.get(0).log().contains("containers=\"" + IDLE.length) ? both.get(0) : both.get(1);
        both.remove(heir);
        rig.assertWarm(heir, IDLE);
        both.get(0).signal("TERM");
        assertThat(both.get(0).exitCode(25)).isZero();
        rig.assertWarm(heir, IDLE);
        assertStops(heir);
    }
}
