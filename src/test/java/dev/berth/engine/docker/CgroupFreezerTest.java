package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.worker.DescriptorLimit;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On files that look like control groups. */
final class CgroupFreezerTest {
    private static final String ID = "ab".repeat(32);

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);

    @TempDir
    private Path cgroups;

    @AfterEach
    void stop() {
        new OnContext(vertx).begin(vertx::close).join();
    }

    private Path group(String place) throws IOException {
        return Files.createDirectories(cgroups.resolve(place));
    }

    @Test
    void firstVersionsStateIsWritten() throws IOException {
        Path state = Files.writeString(group("freezer/docker/" + ID).resolve("freezer.state"), "THAWED");
        CgroupFreezer freezer = new CgroupFreezer(vertx, cgroups, true);
        assertThat(context.await(() -> freezer.freeze(ID))).isTrue();
        assertThat(state).hasContent("FROZEN");
        assertThat(context.await(() -> freezer.thaw(ID))).isTrue();
        assertThat(state).hasContent("THAWED");
        context.await(freezer::close);
    }

    @Test
    void secondVersionsFreezeIsWritten() throws IOException {
        Path group = group("system.slice/docker-" + ID + ".scope");
        Path freeze = Files.writeString(group.resolve("cgroup.freeze"), "0");
        Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
        CgroupFreezer freezer = new CgroupFreezer(vertx, cgroups, false);
        assertThat(context.await(() -> freezer.freeze(ID))).isTrue();
        assertThat(freeze).hasContent("1");
        assertThat(context.await(() -> freezer.thaw(ID))).isTrue();
        assertThat(freeze).hasContent("0");
        context.await(freezer::close);
    }

    @Test
    void processesThatDoNotStopAreThawedAgain() throws IOException {
        Path group = group("docker/" + ID);
        Path freeze = Files.writeString(group.resolve("cgroup.freeze"), "0");
        Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
        CgroupFreezer freezer = new CgroupFreezer(vertx, cgroups, false);
        assertThat(context.await(() -> freezer.freeze(ID))).isFalse();
        assertThat(freeze).hasContent("0");
        context.await(freezer::close);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutFileDescriptorsAFrozenContainerIsThawedAndNoneIsFrozen(boolean v1) throws Exception {
        Path group = group((v1 ? "freezer/docker/" : "docker/") + ID);
        Path state = Files.writeString(group.resolve(v1 ? "freezer.state" : "cgroup.freeze"), v1 ? "THAWED" : "0");
        Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
        CgroupFreezer freezer = new CgroupFreezer(vertx, cgroups, v1);
        // What it takes is loaded while it can be.
        context.await(() -> freezer.freeze(ID));
        context.await(() -> freezer.thaw(ID));
        context.await(() -> freezer.freeze(ID));
        assertThat(Descriptors.exhausted(new IOException())).isFalse();
        boolean thawed;
        Throwable refused;
        try (DescriptorLimit limit = new DescriptorLimit()) {
            limit.set();
            try {
                thawed = context.await(() -> freezer.thaw(ID));
                refused = catchThrowable(() -> context.await(() -> freezer.freeze(ID)));
            } finally {
                limit.lift();
            }
        }
        assertThat(thawed).isTrue();
        assertThat(refused)
                .isInstanceOfSatisfying(
                        RunnerException.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.SERVER_BUSY));
        assertThat(state).hasContent(v1 ? "THAWED" : "0");
        assertThat(freezer.held()).isZero();
        context.await(freezer::close);
    }

    @Test
    void unreachableContainerIsLeftToTheEngine() {
        CgroupFreezer freezer = new CgroupFreezer(vertx, cgroups, true);
        assertThat(context.await(() -> freezer.freeze(ID))).isFalse();
        assertThat(context.await(() -> freezer.thaw(ID))).isFalse();
        context.await(freezer::close);
    }
}
