package dev.berth.stopping;

import static dev.berth.stopping.StopRig.GRACE_SECONDS;
import static dev.berth.stopping.StopRig.assertCutOff;
import static dev.berth.stopping.StopRig.call;
import static dev.berth.stopping.StopRig.program;
import static dev.berth.stopping.StopRig.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runners that stop, or start, though something of theirs has failed. */
@Timeout(180)
final class StopFaultsIT {
    @TempDir
    Path folder;

    private StopRig rig;

    @BeforeEach
    void open() {
        rig = new StopRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** It stops in good order, and its supervisor is told to start it again. */
    @Test
    void aRegistryThatFailsEndsTheProcessWithOneAndLeavesNothing() throws Exception {
        OneRunner runner = rig.startOf(
                RegistryFault.classPath(Files.createDirectories(folder.resolve("bug"))), "node.drainTimeout=60s");
        EngageClient client = runner.connect(rig.vertx);
        EngageCall running = client.engage()
                .tryCall(program("read; send begun; sleep 1500; send ended").encode())
                .data("", true);
        runner.awaitBusy(client, 1);

        EngageCall.Result broken = client.engage()
                .tryCall(call("test-fn").put("id", RegistryFault.CALL_ID).encode())
                .data("", true)
                .result();

        assertThat(broken.finished().getErrorCode()).isEqualTo(503);
        assertThat(broken.finished().getErrorUser()).isFalse();
        assertThat(running.result().finished().getSuccess()).isTrue();
        assertThat(running.result().body()).isEqualTo("begunended");
        runner.signalled();
        assertThat(runner.exitCode(GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.linesWith(" ERROR ")).isEqualTo(1);
        assertThat(runner.log())
                .contains("the slot registry has failed", "a bug for a test")
                .contains("stopped because of a failure that the log tells of; start it again");
        runner.assertNothingLeft();
    }

    @Test
    void aRegistryThatFailsWhileACallGoesOnEndsTheProcessWithOneAtTheLimit() throws Exception {
        OneRunner runner = rig.startOf(
                RegistryFault.classPath(Files.createDirectories(folder.resolve("bug"))), "node.drainTimeout=1s");
        EngageClient client = runner.connect(rig.vertx);
        EngageCall running = silent(client);
        runner.awaitBusy(client, 1);
        EngageCall.Result broken = client.engage()
                .tryCall(call("test-fn").put("id", RegistryFault.CALL_ID).encode())
                .data("", true)
                .result();
        runner.signalled();

        assertThat(broken.finished().getErrorCode()).isEqualTo(503);
        assertCutOff(running.result().finished());
        assertThat(runner.exitCode(1 + GRACE_SECONDS)).isEqualTo(1);
        assertThat(runner.linesWith(" ERROR ")).isEqualTo(1);
        runner.assertNothingLeft();
    }

    @Test
    void socketRootThatCannotBeWrittenHoldsUpNothing() throws Exception {
        String sockets = folder.resolve("sockets").toString();
        OneRunner runner = rig.start("node.drainTimeout=2s");
        EngageClient client = runner.connect(rig.vertx);
        EngageCall ended =
                client.engage().tryCall(program("read; send ok").encode()).data("", true);
        assertThat(ended.result().body())
                .as(() -> ended.result().finished() + runner.log())
                .isEqualTo("ok");
        EngageCall running = silent(client);
        runner.awaitBusy(client, 1);
        // Over itself, for the runner holds a file open for writing below.
        run("mount", "--bind", sockets, sockets);
        try {
            run("mount", "-o", "remount,bind,ro", sockets);

            runner.signal("TERM");

            assertCutOff(running.result().finished());
            assertThat(runner.exitCode(2 + GRACE_SECONDS)).isEqualTo(1);
            assertThat(runner.log()).contains("could not remove or close: instance folder");
            assertThat(runner.processes()).isEmpty();
        } finally {
            run("umount", sockets);
        }
        OneRunner next = rig.start("node.drainTimeout=2s");
        next.signal("TERM");
        assertThat(next.exitCode(GRACE_SECONDS)).isZero();
        next.assertNothingLeft();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as(String.join(" ", command))
                .isZero();
    }

    /** Else the memory of those functions would count as taken for as long as the next runner lives. */
    @Test
    void whatAKilledRunnerLeftIsGoneBeforeTheNextOneMeasuresItsRoom() throws Exception {
        OneRunner killed = rig.start();
        EngageClient client = killed.connect(rig.vertx);
        silent(client);
        killed.awaitBusy(client, 1);
        killed.kill();
        assertThat(killed.processes()).hasSize(1);

        OneRunner next = rig.start();

        assertThat(next.processes()).isEmpty();
        assertThat(next.folders()).hasSize(1);
        assertThat(next.log())
                .containsSubsequence("removed what dead instances left containers=\"1\"", "capacity for functions");
        next.signal("TERM");
        assertThat(next.exitCode(GRACE_SECONDS)).isZero();
        next.assertNothingLeft();
    }
}
