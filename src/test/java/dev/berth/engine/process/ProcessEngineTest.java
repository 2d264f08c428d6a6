package dev.berth.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.InstanceDirectory;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessEngineTest {
    @TempDir
    Path folder;

    private Vertx vertx;
    private InstanceDirectory instances;
    private ProcessEngine engine;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        instances = InstanceDirectory.open(folder.resolve("sockets"));
        engine = new ProcessEngine(vertx, folder, instances);
        wait(engine.start());
    }

    @AfterEach
    void stop() throws Exception {
        wait(engine.close());
        wait(vertx.close());
        instances.close();
    }

    @Test
    void runsWithTheGivenEnvironmentOnlyAndReportsTheExitCode() throws Exception {
        define("env", "env > env.txt; exit 7");
        EngineContainer container = create("env", ContainerPlan.Attach.NONE);
        wait(container.start());

        assertThat(wait(container.exit())).isEqualTo(new ExitStatus(7, false));
        assertThat(Files.readAllLines(folder.resolve("env/env.txt")))
                .contains("COLOUR=blue", "FN_LISTENER=unix:" + instances.path().resolve("lsnr.sock"))
                .noneMatch(line -> line.startsWith("HOME="));
        wait(container.remove());
    }

    @Test
    void saysThatItFreezesNothing() throws Exception {
        define("still", "exec sleep 600");
        EngineContainer container = create("still", ContainerPlan.Attach.NONE);
        wait(container.start());

        assertThatThrownBy(() -> wait(container.pause()))
                .cause()
                .isInstanceOfSatisfying(
                        RunnerException.class,
                        cause -> assertThat(cause.code()).isEqualTo(ErrorCode.PAUSE_UNSUPPORTED));
        wait(container.remove());
    }

    @Test
    void removeKillsTheWholeTreeEvenWhatHasLeftItsParent() throws Exception {
        define("tree", "(setsid sh -c 'echo $$ > orphan.pid; exec sleep 600' &) ; echo started; exec sleep 600");
        EngineContainer container = create("tree", ContainerPlan.Attach.OUTPUT);
        wait(container.start());
        firstOutput(container);
        long orphan = awaitPid(folder.resolve("tree/orphan.pid"));

        wait(container.remove());

        assertThat(running(orphan)).isFalse();
        assertThat(wait(container.exit()).code()).isEqualTo(137);
        wait(container.remove());
    }

    @Test
    void sweepKillsWhatADeadInstanceLeftAndNothingElse() throws Exception {
        define("sleeper", "echo started; exec sleep 600");
        EngineContainer mine = create("sleeper", ContainerPlan.Attach.OUTPUT);
        wait(mine.start());
        firstOutput(mine);
        Process left = leftover("0123456789ab", instances.owner());
        Process foreign = leftover("0123456789ab", "elsewhere:/tmp");

        assertThat(wait(engine.sweep()).removed()).isEqualTo(1);

        assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(foreign.isAlive()).isTrue();
        foreign.destroyForcibly();
        wait(mine.remove());
    }

    @Test
    void attachedStreamsCarryEverythingUnderBackPressure() throws Exception {
        define("cat", "exec cat");
        EngineContainer container = create("cat", ContainerPlan.Attach.ALL);
        wait(container.start());
        ContainerStreams streams = container.streams();
        Buffer received = Buffer.buffer();
        Promise<Void> ended = Promise.promise();
        vertx.runOnContext(ignored -> {
            streams.stdout().endHandler(ended::complete);
            streams.stdout().handler(buffer -> {
                received.appendBuffer(buffer);
                streams.stdout().pause();
                vertx.runOnContext(later -> streams.stdout().resume());
            });
        });
        Buffer sent = Buffer.buffer();
        List<Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Buffer piece = Buffer.buffer(("line " + i + "\n").repeat(1000));
            sent.appendBuffer(piece);
            writes.add(streams.stdin().write(piece));
        }
        wait(Future.all(writes));
        wait(streams.stdin().end());

        wait(ended.future());
        assertThat(received).isEqualTo(sent);
        assertThat(wait(container.exit()).code()).isZero();
        wait(container.remove());
    }

    @Test
    void aProgramThatIsNotThereIsAClearError() throws Exception {
        Files.createDirectories(folder.resolve("bad"));
        Files.writeString(folder.resolve("bad/func.yaml"), "cmd: [/no/such/program]\n");
        EngineContainer container = create("bad", ContainerPlan.Attach.NONE);
        assertThatThrownBy(() -> wait(container.start())).hasStackTraceContaining("/no/such/program");
        wait(container.remove());
        assertThatThrownBy(() -> wait(engine.ensureImage(new ImageRequest("none", null))))
                .hasStackTraceContaining("Failed to pull image 'none'");
    }

    private Process leftover(String instance, String owner) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "echo started; exec sleep 600");
        builder.environment()
                .putAll(Map.of(
                        ProcessTree.CONTAINER, "c-" + owner, ProcessTree.INSTANCE, instance, ProcessTree.OWNER, owner));
        Process process = builder.start();
        process.getInputStream().read();
        return process;
    }

    private void define(String name, String script) throws Exception {
        Path home = Files.createDirectories(folder.resolve(name));
        Files.writeString(home.resolve("run.sh"), script);
        Files.writeString(home.resolve("func.yaml"), "cmd: [sh, run.sh]\n");
    }

    private EngineContainer create(String image, ContainerPlan.Attach attach) throws Exception {
        return wait(engine.create(new ContainerPlan(
                "01TEST" + image,
                image,
                Map.of("COLOUR", "blue"),
                0,
                0,
                0,
                instances.path(),
                null,
                "",
                false,
                attach)));
    }

    private void firstOutput(EngineContainer container) throws Exception {
        Promise<Void> seen = Promise.promise();
        vertx.runOnContext(ignored -> container.streams().stdout().handler(buffer -> seen.tryComplete()));
        wait(seen.future());
    }

    /** A zombie, which waits for its parent to look at it, no longer runs. */
    private static boolean running(long pid) throws Exception {
        Path stat = Path.of("/proc/" + pid + "/stat");
        return Files.exists(stat) && !Files.readString(stat).matches("(?s).*\\) Z .*");
    }

    private static long awaitPid(Path file) throws Exception {
        while (!Files.exists(file) || Files.size(file) < 2) {
            Thread.onSpinWait();
        }
        return Long.parseLong(Files.readString(file).trim());
    }

    private static <T> T wait(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
