package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.conformance.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void oneThatLeavesHasOneHeirToWhomAllIsLeft() throws Exception {
        InstanceDirectory leaving = InstanceDirectory.open(root);
        try (InstanceDirectory heir = InstanceDirectory.open(root);
                InstanceDirectory third = InstanceDirectory.open(root)) {
            assertThat(heir.others(false)).isEqualTo(new OthersLeaving(false, true));
            leaving.announceLeaving();
            assertThat(heir.others(false)).isEqualTo(new OthersLeaving(true, false));
            leaving.announceMoved();
            assertThat(third.others(false)).isEqualTo(new OthersLeaving(true, false));
            assertThat(heir.others(false)).isEqualTo(new OthersLeaving(true, true));
            assertThat(heir.claimLeft()).containsExactly(new LeftFolder(leaving.path(), false));

            Files.createFile(leaving.path().resolve("7.left"));
            leaving.close();

            assertThat(leaving.path().resolve("7.left")).exists();
            assertThat(third.alive(leaving.instanceId())).isTrue();
            assertThat(third.claimLeft()).isEmpty();
            assertThat(heir.alive(leaving.instanceId())).isFalse();
            assertThat(heir.claimLeft()).containsExactly(new LeftFolder(leaving.path(), true));
            assertThat(third.alive(leaving.instanceId())).isTrue();
            assertThat(third.removeDead(Set.of())).isZero();
            assertThat(third.others(false)).isEqualTo(new OthersLeaving(false, true));
            assertThat(heir.removeDead(Set.of())).isEqualTo(1);
        }
        assertThat(root).isEmptyDirectory();
    }

    /** An heir that dies is none; and whoever ends without one leaves what is recorded. */
    @Test
    void anHeirThatEndsMakesRoomForAnother() throws Exception {
        InstanceDirectory leaving = InstanceDirectory.open(root);
        leaving.announceLeaving();
        InstanceDirectory heir = InstanceDirectory.open(root);
        heir.others(false);
        heir.close();
        try (InstanceDirectory third = InstanceDirectory.open(root)) {
            third.others(false);
            Files.createFile(leaving.path().resolve("7.left"));
            leaving.close();
            assertThat(third.claimLeft()).containsExactly(new LeftFolder(leaving.path(), true));
            Files.delete(leaving.path().resolve("7.left"));
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void twoThatWaitDoNotWaitForEachOther() throws Exception {
        try (InstanceDirectory one = InstanceDirectory.open(root);
                InstanceDirectory two = InstanceDirectory.open(root)) {
            assertThat(one.others(true).some()).isTrue();
            two.announceWaiting(true);
            assertThat(one.others(true).some()).isFalse();
            two.announceWaiting(false);
            assertThat(one.others(true).some()).isTrue();
        }
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

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void onlyThisUserGetsIntoIt() throws Exception {
        try (InstanceDirectory mine = InstanceDirectory.open(root.resolve("new"))) {
            assertThat(mode(mine.path())).isEqualTo("rwx------");
            assertThat(mode(mine.path().resolve("owner.lock"))).isEqualTo("rw-------");
            assertThat(mode(mine.root())).isEqualTo("rwxr-xr-x");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nobody:root, 0755, belongs to user 65534",
        "root:root, 0777, other users may write",
        "root:nogroup, 0775, other users may write"
    })
    void aRootThatAnotherUserCouldReplaceIsRefused(String owner, String mode, String why) throws Exception {
        Path above = Files.createDirectory(root.resolve("above"));
        Path below = Files.createDirectory(above.resolve("below"));
        run("chown", owner, above.toString());
        run("chmod", mode, above.toString());
        for (Path refused : List.of(above, below)) {
            assertThatThrownBy(() -> InstanceDirectory.open(refused))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(why);
        }
        assertThat(below).isEmptyDirectory();
        run("chown", "root:root", above.toString());
        run("chmod", "1777", above.toString());
        InstanceDirectory.open(below).close();
        assertThat(below).isEmptyDirectory();
    }

    private Path dead(String id) throws Exception {
        Path dead = Files.createDirectories(root.resolve("berth-" + id));
        Files.createFile(dead.resolve("owner.lock"));
        return dead;
    }

    @Test
    void whatADeadInstanceHasMountedIsUnmounted() throws Exception {
        Path odd = Files.createDirectory(root.resolve("an odd\\name\n"));
        Path dead = Files.createDirectories(odd.resolve("berth-0123456789ab/1")).getParent();
        Files.createFile(dead.resolve("owner.lock"));
        Path folder = Files.createDirectories(dead.resolve("2"));
        Mounts.tmpfs(dead.resolve("1"), "size=1m");
        Mounts.tmpfs(folder, "size=1m");
        Mounts.tmpfs(folder, "size=1m");
        Files.createFile(folder.resolve("file"));
        assertThat(Mounts.points(dead)).hasSize(3);
        try (InstanceDirectory mine = InstanceDirectory.open(odd)) {
            assertThat(mine.removeDead(Set.of())).isEqualTo(1);
        }
        assertThat(Mounts.points(root)).isEmpty();
        assertThat(odd).isEmptyDirectory();
    }

    @Test
    @Rule("removal-in-use")
    void aDirectoryThatAContainerStillUsesStays() throws Exception {
        Path used = dead("0123456789ab");
        Path free = dead("0123456789ac");
        try (InstanceDirectory mine = InstanceDirectory.open(root)) {
            assertThat(mine.removeDead(Set.of("0123456789ab"))).isEqualTo(1);
            assertThat(used).exists();
            assertThat(free).doesNotExist();
            assertThat(mine.removeDead(Set.of())).isEqualTo(1);
        }
    }

    @Test
    void oneThatCannotBeRemovedDoesNotKeepTheOthers() throws Exception {
        Path bad = dead("0123456789ab");
        Path file = Files.createFile(bad.resolve("kept"));
        dead("0123456789ac");
        dead("0123456789aa");
        run("chattr", "+i", file.toString());
        try (InstanceDirectory mine = InstanceDirectory.open(root)) {
            assertThat(mine.removeDead(Set.of())).isEqualTo(2);
            assertThat(file).exists();
        } finally {
            run("chattr", "-i", file.toString());
        }
        try (InstanceDirectory mine = InstanceDirectory.open(root)) {
            assertThat(mine.removeDead(Set.of())).isEqualTo(1);
        }
    }

    @Test
    @Rule("removal-in-use")
    void whatAStopLeavesBehindIsGoneAfterTheNextStart() throws Exception {
        InstanceDirectory stopping = InstanceDirectory.open(root);
        Path file = Files.createFile(
                Files.createDirectory(stopping.path().resolve("1")).resolve("kept"));
        run("chattr", "+i", file.toString());
        try {
            assertThatThrownBy(stopping::close).hasMessage("1 entry cannot be removed: Operation not permitted");
        } finally {
            run("find", root.toString(), "-name", "kept", "-exec", "chattr", "-i", "{}", ";");
        }
        try (InstanceDirectory next = InstanceDirectory.open(root)) {
            assertThat(next.removeDead(Set.of())).isEqualTo(1);
        }
        assertThat(root).isEmptyDirectory();
    }

    /** What is left to the next runner, in folders of which one has something that cannot be removed. */
    @Test
    void neitherInAFolderNorBesideItDoesABadEntryKeepItsNeighboursAtAStop() throws Exception {
        Path first = left("0123456789ab");
        Path second = left("0123456789ac");
        Path kept = Files.createFile(Files.createDirectory(first.resolve("2")).resolve("kept"));
        run("chattr", "+i", kept.toString());
        try {
            InstanceDirectory stopping = InstanceDirectory.open(root);
            assertThat(stopping.claimLeft()).extracting(LeftFolder::path).containsExactlyInAnyOrder(first, second);
            assertThatThrownBy(stopping::close).hasMessage("1 entry cannot be removed: Operation not permitted");
            assertThat(stopping.path()).doesNotExist();
        } finally {
            run("chattr", "-i", kept.toString());
        }
        assertThat(first).isDirectoryNotContaining("glob:**/{3,4,5,6,7,8,9}");
        assertThat(second).isDirectoryNotContaining("glob:**/{3,4,5,6,7,8,9}");
        assertThat(first).isDirectoryContaining("glob:**/1").isDirectoryContaining("glob:**/1.left");
    }

    /** Container 1 of it is left, the others are not. */
    private Path left(String id) throws Exception {
        Path folder = dead(id);
        for (int i = 3; i < 10; i++) {
            Files.createFile(
                    Files.createDirectory(folder.resolve(String.valueOf(i))).resolve("file"));
        }
        Files.createDirectories(folder.resolve("1"));
        Files.createFile(folder.resolve("1.left"));
        return folder;
    }

    /** What others can put into /tmp: it is neither touched nor does it hold up. */
    @Test
    void whatAnotherUserMadeToLookLikeAnInstancesIsLeft() throws Exception {
        Path trap = Files.createDirectory(root.resolve("berth-0123456789ab"));
        run("mkfifo", trap.resolve("owner.lock").toString());
        run("chown", "-R", "nobody", trap.toString());
        Path outside = dead("0123456789ac");
        Files.createSymbolicLink(root.resolve("berth-0123456789ad"), outside);
        try (InstanceDirectory mine = InstanceDirectory.open(root)) {
            assertThat(mine.removeDead(Set.of("0123456789ac"))).isZero();
            assertThat(trap.resolve("owner.lock")).exists();
            assertThat(outside.resolve("owner.lock")).exists();
            assertThat(mine.alive("0123456789ab")).isFalse();
        }
    }
}
