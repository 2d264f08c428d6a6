package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.engine.Instances;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The image of the places on the real engine. */
final class PauseImageIT {
    @Test
    void itIsLoadedRunsAndStaysAsleep() throws Exception {
        try (RealEngine real = RealEngine.start()) {
            String architecture = real.context.await(real.api::info).getArchitecture();
            PauseImage image = new PauseImage(PauseProgram.of(architecture).orElseThrow());
            ImageArchive loader = new ImageArchive(real.vertx, real.api);
            // At once, as two runners might.
            real.context.await(() -> Future.all(loader.load(image.archive()), loader.load(image.archive())));
            assertThat(real.hasImage(image.name())).isTrue();

            String name = "it-" + UUID.randomUUID();
            start(real, name, image.name(), real.instances);
            ContainerState state = state(real, name);
            assertThat(state.getRunning()).isTrue();
            assertThat(status(state)).contains("State:\tS");
            // The first of its name space: what it does not handle it does not get.
            real.context.await(() -> real.api
                    .http()
                    .call(EngineRequest.post(
                            "kill_container", "/containers/" + name + "/kill?signal=TERM", Duration.ofSeconds(10))));
            assertThat(state(real, name).getRunning()).isTrue();
            assertThat(status(state)).contains("State:\tS").contains("Threads:\t1");
            real.context.await(() -> real.api.removeContainer(name));
        }
    }

    private static void start(RealEngine real, String name, String image, Instances instances) {
        CreateContainerCmdImpl options = new CreateContainerCmdImpl(command -> null, null, image);
        options.withLabels(ContainerLabels.of(instances, ContainerLabels.PLACE, null))
                .withHostConfig(new HostConfig().withReadonlyRootfs(true).withNetworkMode("none"));
        EngineResponse created = real.context.await(() -> real.api.createContainer(name, options));
        assertThat(created.ok()).as(created.message()).isTrue();
        EngineResponse started = real.context.await(() -> real.api.startContainer(name));
        assertThat(started.ok()).as(started.message()).isTrue();
    }

    private static ContainerState state(RealEngine real, String name) {
        return real.context
                .await(() -> real.api.inspectContainer(name))
                .orElseThrow()
                .getState();
    }

    private static String status(ContainerState state) throws Exception {
        return Files.readString(Path.of("/proc", String.valueOf(state.getPidLong()), "status"));
    }
}
