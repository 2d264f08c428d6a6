package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pausing on the real engine, both ways. */
final class PauseIT {
    @TempDir
    private Path nothing;

    private RealEngine real;

    @BeforeEach
    void start() {
        real = RealEngine.start();
    }

    @AfterEach
    void stop() {
        real.close();
    }

    private InspectContainerResponse inspect(EngineContainer container) {
        return real.context
                .await(() -> real.api.inspectContainer(container.id()))
                .orElseThrow();
    }

    /** A container whose freezer file cannot be reached. */
    private EngineContainer withoutFreezerFile(ContainerPlan plan) {
        Vertx vertx = real.vertx;
        Pausing pausing = new Pausing(
                real.api,
                new CgroupFreezer(vertx, nothing, true),
                new EngineWatch(vertx, real.api::probe, EngineCallListener.NONE));
        MemoryKills kills = new MemoryKills(vertx, nothing, true);
        DockerContainer.Parts parts = new DockerContainer.Parts(
                vertx,
                real.api,
                StandardStreams.Way.APART,
                pausing,
                kills,
                new ControlGroupMeters(vertx, nothing, true),
                new Remover(vertx, real.api));
        EngineContainer made = real.create(plan);
        return new DockerContainer(
                parts,
                plan,
                new DockerContainer.Made(inspect(made).getId(), NetworkLease.NO_NETWORK),
                new DockerContainer.Steps(() -> Future.failedFuture("once only"), () -> {}, () -> {}));
    }

    @Test
    void freezerFileIsUsedWhereItCanBeReached() throws Exception {
        EngineContainer container = real.create(real.plan("sleep 60").build());
        real.context.await(container::start);
        real.context.await(container::pause);

        InspectContainerResponse seen = inspect(container);
        Path v1 = frozenBy(Path.of("/sys/fs/cgroup/freezer"), seen.getId(), "freezer.state");
        Path v2 = frozenBy(Path.of("/sys/fs/cgroup"), seen.getId(), "cgroup.freeze");
        if (v1 != null) {
            assertThat(v1).hasContent("FROZEN");
        } else if (v2 != null) {
            assertThat(v2).hasContent("1");
        } else {
            assertThat(seen.getState().getPaused()).isTrue();
        }
        real.context.await(container::resume);
        real.context.await(container::remove);
    }

    private static @Nullable Path frozenBy(Path hierarchy, String containerId, String file) {
        return Stream.of(
                        "docker/%s",
                        "system.slice/docker-%s.scope", "libpod_parent/libpod-%s", "machine.slice/libpod-%s.scope")
                .map(place -> hierarchy.resolve(place.formatted(containerId)).resolve(file))
                .filter(Files::isWritable)
                .findFirst()
                .orElse(null);
    }

    @Test
    void enginesOwnPauseIsUsedElsewhere() {
        EngineContainer container =
                withoutFreezerFile(real.plan("sleep 0.2; exit 3").build());
        real.context.await(container::start);
        real.context.await(container::pause);
        CompletableFuture<ExitStatus> exit = real.context.begin(container::exit);
        assertThat(inspect(container).getState().getPaused()).isTrue();
        real.context.await(container::resume);
        assertThat(exit.join().code()).isEqualTo(3);
        real.context.await(container::remove);
    }

    @Test
    void containerPausedByTheEngineIsRemoved() {
        EngineContainer container = withoutFreezerFile(real.plan("sleep 60").build());
        real.context.await(container::start);
        real.context.await(container::pause);
        real.context.await(container::remove);
        assertThat(real.ours()).isEmpty();
    }

    @Test
    void pauseAndResumeInAnyHurryEndAsAskedLast() {
        EngineContainer container = real.create(real.plan("exec sleep 60").build());
        real.context.await(container::start);
        real.context.await(() -> {
            for (int i = 0; i < 20; i++) {
                container.pause();
                container.resume();
            }
            container.pause();
            return container.resume();
        });
        CompletableFuture<ExitStatus> exit = real.context.begin(container::exit);
        real.context.await(() -> {
            container.pause();
            return container.remove();
        });
        assertThat(exit.join().code()).isEqualTo(137);
        assertThat(real.ours()).isEmpty();
    }
}
