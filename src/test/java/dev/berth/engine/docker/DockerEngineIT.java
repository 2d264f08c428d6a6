package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.ImageRequest;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The life of a container on the real engine. */
final class DockerEngineIT {
    private RealEngine real;

    @BeforeEach
    void start() {
        real = RealEngine.start();
    }

    @AfterEach
    void stop() {
        real.close();
    }

    @Test
    void exitCodeIsReported() {
        assertThat(real.run(real.plan("exit 7").build())).isEqualTo(new ExitStatus(7, false));
        assertThat(real.run(real.plan("exit 0").build())).isEqualTo(new ExitStatus(0, false));
    }

    @RepeatedTest(4)
    void outOfMemoryIsToldFromOtherKills() {
        ExitStatus memory = real.podman() ? outOfMemoryOnPodman() : real.run(hungry().build());
        ExitStatus kill = real.run(real.plan("kill -9 $$").build());

        assertThat(memory).isEqualTo(new ExitStatus(137, true));
        assertThat(kill).isEqualTo(new ExitStatus(137, false));
    }

    private RealEngine.PlanBuilder hungry() {
        return real.plan("tail /dev/zero").memoryMiB(16);
    }

    /** Podman's service does not tell: the kernel is asked when the output ends, if somebody reads it. */
    private ExitStatus outOfMemoryOnPodman() {
        EngineContainer container = real.create(hungry().attach(Attach.OUTPUT).build());
        real.context.await(container::start);
        real.context.await(() -> RealEngine.collect(
                container.streams().stdout(), container.streams().stderr()));
        ExitStatus end = real.context.await(container::exit);
        real.context.await(container::remove);
        return end;
    }

    /** The kernel's word, while the engine has none: the container goes on. */
    @Test
    void anEndForWantOfMemoryIsSeenWithoutTheEngine() {
        EngineContainer container =
                real.create(real.plan("tail /dev/zero; sleep 60").memoryMiB(16).build());
        EngineContainer quiet = real.create(real.plan("sleep 60").build());
        real.context.await(container::start);
        real.context.await(quiet::start);
        long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!real.context.await(container::killedForMemory)) {
            assertThat(System.nanoTime()).isLessThan(limit);
        }
        assertThat(real.context.await(quiet::killedForMemory)).isFalse();
        real.context.await(container::remove);
        real.context.await(quiet::remove);
    }

    @Test
    void presentImageIsAccepted() {
        real.context.await(() -> real.engine.ensureImage(new ImageRequest(RealEngine.IMAGE, null)));
    }

    @Test
    void createWithAMissingImageIsRetriedElsewhere() {
        assertThatThrownBy(() -> real.create(
                        real.plan("true").image("berth-it-missing:1").build()))
                .isInstanceOf(RunnerException.class)
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.SERVER_BUSY);
    }

    @Test
    void secondContainerOfTheSameNameIsRefusedAndTheFirstStays() {
        EngineContainer first = real.create(real.plan("sleep 60").build());
        assertThatThrownBy(() -> real.create(real.plan("true").id(first.id()).build()))
                .hasMessage("container already exists");
        assertThat(real.ours()).hasSize(1);
        real.context.await(first::remove);
    }

    @Test
    void removingEndsARunningContainerAndItsExitIsHeard() {
        EngineContainer container = real.create(real.plan("sleep 60").build());
        real.context.await(container::start);
        CompletableFuture<ExitStatus> exit = real.context.begin(container::exit);
        real.context.await(container::remove);
        assertThat(exit.join()).isEqualTo(new ExitStatus(137, false));
        real.context.await(container::remove);
    }

    @Test
    void pausedContainerStandsStillAndGoesOn() {
        EngineContainer container = real.create(real.plan("sleep 0.2; exit 3").build());
        real.context.await(container::start);
        real.context.await(container::pause);
        CompletableFuture<ExitStatus> exit = real.context.begin(container::exit);
        real.context.await(() -> real.vertx.timer(1_000));
        assertThat(exit).isNotDone();
        real.context.await(container::resume);
        assertThat(exit.join().code()).isEqualTo(3);
        real.context.await(container::remove);
    }

    @Test
    void frozenContainerIsRemoved() {
        EngineContainer container = real.create(real.plan("sleep 60").build());
        real.context.await(container::start);
        real.context.await(container::pause);
        real.context.await(container::remove);
        assertThat(real.ours()).isEmpty();
    }

    @Test
    void sweepRemovesOnlyWhatDeadInstancesLeft() {
        TestInstances dead = real.instances.another();
        TestInstances living = real.instances.another();
        DockerEngine deads = real.another(Map.of(), dead);
        DockerEngine livings = real.another(Map.of(), living);
        real.context.await(deads::start);
        real.context.await(livings::start);
        EngineContainer mine = real.create(real.plan("sleep 60").build());
        EngineContainer orphan =
                real.context.await(() -> deads.create(real.plan("sleep 60").build()));
        EngineContainer others =
                real.context.await(() -> livings.create(real.plan("sleep 60").build()));
        real.context.await(orphan::start);
        real.context.await(orphan::pause);

        real.instances.dies(dead);
        int removed = real.context.await(real.engine::sweep).removed();

        List<String> names =
                real.ours().stream().map(container -> container.getNames()[0]).toList();
        assertThat(removed).isEqualTo(1);
        assertThat(names).containsExactlyInAnyOrder("/" + mine.id(), "/" + others.id());
        real.context.await(mine::remove);
        real.context.await(others::remove);
    }

    @Test
    void tellsWhetherContainersSeeAFolder() throws Exception {
        Path folder = Files.createTempDirectory("berth-sees");
        assertThat(real.context.await(() -> real.engine.sees(folder))).isTrue();
        Files.delete(folder);
        // Podman does not look before the container starts.
        assertThat(real.context.await(() -> real.engine.sees(folder))).isEqualTo(real.podman());
    }

    @Test
    void containersWithOurLabelTagAreSweptOnlyIfWeHaveOne() {
        String tag = "berth-it-tag-" + UUID.randomUUID();
        TestInstances living = real.instances.another();
        DockerEngine tagged = real.another(Map.of("FN_CONTAINER_LABEL_TAG", tag), living);
        real.context.await(tagged::start);
        EngineContainer ours =
                real.context.await(() -> tagged.create(real.plan("true").build()));
        String foreign = "it-foreign-" + UUID.randomUUID();
        CreateContainerCmdImpl options = new CreateContainerCmdImpl(command -> null, null, RealEngine.IMAGE);
        options.withLabels(Map.of("fn-agent-classifier", tag, "fn-agent-instance", "some other runner"));
        real.context.await(() -> real.api.createContainer(foreign, options));

        assertThat(real.context.await(real.engine::sweep).removed()).isZero();
        assertThat(real.context.await(() -> real.api.inspectContainer(foreign))).isPresent();

        assertThat(real.context.await(tagged::sweep).removed()).isEqualTo(1);
        assertThat(real.context.await(() -> real.api.inspectContainer(foreign))).isEmpty();
        assertThat(real.ours()).hasSize(1);
        real.context.await(ours::remove);
        real.context.await(tagged::close);
    }
}
