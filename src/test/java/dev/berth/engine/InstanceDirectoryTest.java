package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceDirectoryTest {
    @TempDir
    Path root;

    @Test
    void aLivingInstanceIsAliveForOthersAndLeftAlone() throws Exception {
        try (InstanceDirectory one = InstanceDirectory.open(root);
                InstanceDirectory two = InstanceDirectory.open(root)) {
            assertThat(two.alive(one.instanceId())).isTrue();
            assertThat(two.owner()).isEqualTo(one.owner());
            assertThat(two.removeDead(Set.of())).isZero();
            assertThat(one.path()).exists();
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void anInstanceInAnotherProcessThatDiedIsDeadAndItsTreeIsRemoved() throws Exception {
        Path dead = Files.createDirectories(root.resolve("berth-0123456789ab"));
        Files.createFile(dead.resolve("owner.lock"));
        Files.createDirectories(dead.resolve("7"));
        Files.createSymbolicLink(dead.resolve("7/lsnr.sock"), Path.of("phony.sock"));
        Path strange = Files.createDirectories(root.resolve("berth-other"));
        try (InstanceDirectory mine = InstanceDirectory.open(root)) {
            assertThat(mine.alive("0123456789ab")).isFalse();
            assertThat(mine.removeDead(Set.of())).isEqualTo(1);
            assertThat(dead).doesNotExist();
            assertThat(strange).exists();
            assertThat(mine.alive("0123456789ab")).isFalse();
        }
    }

    @Test
    void aHalfMadeDirectoryIsLeftUntilItIsOld() throws Exception {
        Path halfMade = Files.createDirectories(root.resolve("berth-0123456789ab"));
        try (InstanceDirectory mine = InstanceDirectory.open(root)) {
            assertThat(mine.removeDead(Set.of())).isZero();
            Files.setLastModifiedTime(halfMade, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));
            assertThat(mine.removeDead(Set.of())).isEqualTo(1);
            assertThat(halfMade).doesNotExist();
        }
    }
}
