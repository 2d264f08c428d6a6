package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.AdoptConfig;
import dev.berth.config.SocketTmpfs;
import dev.berth.config.WorkerConfig;
import dev.berth.engine.Mounts;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.ingress.Await;
import dev.berth.ingress.LoggedLines;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories for sockets: short, open to the function, and wholly removed. */
final class SocketDirectoriesTest {
    @TempDir
    private Path root;

    private static void fails(SocketDirectories directories) {
        assertThatThrownBy(directories::create)
                .isInstanceOfSatisfying(
                        RunnerException.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.SOCKET_DIRECTORY));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private void assertEmpty(Path directory) throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void eachIsFreshAndItsFunctionsPartIsOpenWithinTheRunnersOwn() throws Exception {
        SocketDirectories directories = new SocketDirectories(root, null);
        SocketDirectory first = directories.create();
        SocketDirectory second = directories.create();
        assertThat(first.path()).isNotEqualTo(second.path()).isEmptyDirectory();
        assertThat(first.path()).hasParent(first.home());
        assertThat(first.home()).hasParent(root);
        assertThat(mode(first.path())).isEqualTo("rwxrwxrwx");
        assertThat(mode(first.home())).isEqualTo("rwx------");
    }

    @Test
    void removingTakesWhatIsInIt() throws Exception {
        SocketDirectory directory = new SocketDirectories(root, null).create();
        Files.createDirectories(directory.path().resolve("a/b"));
        Files.createFile(directory.path().resolve("a/b/c"));
        Path outside = Files.createFile(root.resolve("outside"));
        Files.createSymbolicLink(directory.path().resolve("link"), outside);
        directory.remove();
        directory.remove();
        assertThat(directory.home()).doesNotExist();
        assertThat(outside).exists();
    }

    @Test
    void aPathTooLongForASocketIsRefused() throws Exception {
        Path parent = Files.createDirectory(root.resolve("x".repeat(100)));
        fails(new SocketDirectories(parent, null));
        assertEmpty(parent);
    }

    @Test
    void aMissingParentFails() {
        fails(new SocketDirectories(root.resolve("missing"), null));
    }

    @Test
    void aMountThatFailsLeavesNothing() throws Exception {
        Path parent = Files.createDirectory(root.resolve("p"));
        fails(new SocketDirectories(parent, "no-such-option=1"));
        assertEmpty(parent);
    }

    @Test
    void aMountedOneIsSmallAndNoPlaceForProgramsOrDevices() throws Exception {
        SocketDirectory directory = new SocketDirectories(root, "").create();
        try {
            String mount = Files.readString(Path.of("/proc/self/mounts"))
                    .lines()
                    .filter(line -> line.contains(" " + directory.home() + " "))
                    .findFirst()
                    .orElseThrow();
            assertThat(mount).contains(" tmpfs ", "nosuid", "nodev", "noexec", "size=1024k", "nr_inodes=64");
            assertThat(mode(directory.path())).isEqualTo("rwxrwxrwx");
            byte[] more = new byte[(1 << 20) + 1];
            assertThatThrownBy(() -> Files.write(directory.path().resolve("big"), more))
                    .isInstanceOf(IOException.class);
        } finally {
            directory.remove();
        }
        assertThat(directory.home()).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(root.toString());
    }

    @Test
    void optionsOfTheSettingReplaceTheSmallOnesButNotTheSafeOnes() throws Exception {
        SocketDirectory directory = new SocketDirectories(root, "size=2m,exec,suid,dev").create();
        try {
            assertThat(Files.readString(Path.of("/proc/self/mounts")))
                    .containsPattern(directory.home() + " tmpfs rw,nosuid,nodev,noexec,[^\\n]*size=2048k");
        } finally {
            directory.remove();
        }
    }

    @Test
    void aMountTooSmallForItsFolderFailsAndLeavesNothing() throws Exception {
        Path parent = Files.createDirectory(root.resolve("p"));
        fails(new SocketDirectories(parent, "nr_inodes=1"));
        assertEmpty(parent);
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(root.toString());
    }

    /** The classes it takes are loaded by a first go. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutFileDescriptorsNothingIsLeftAndTheRunnerIsToBlame(boolean mounted) throws Exception {
        SocketDirectories directories = new SocketDirectories(root, mounted ? "" : null);
        directories.create().remove();
        fails(new SocketDirectories(root.resolve("missing"), null));
        fails(new SocketDirectories(root, "no-such-option=1"));

        try (DescriptorLimit limit = new DescriptorLimit()) {
            limit.set();
            try {
                if (mounted) {
                    fails(directories);
                } else {
                    directories.create().remove();
                }
            } finally {
                limit.lift();
            }
        }

        assertEmpty(root);
        directories.create().remove();
    }

    @Test
    void aFullDiskUnderASocketIsTheRunnersFaultUnlessItIsTheFunctionsOwn() throws Exception {
        Path small = Files.createDirectory(root.resolve("small"));
        Mounts.tmpfs(small, "size=64k");
        try {
            SocketDirectory plain = new SocketDirectories(small, null).create();
            plain.checkRoom();
            assertThatThrownBy(() -> Files.write(plain.path().resolve("big"), new byte[1 << 20]))
                    .isInstanceOf(IOException.class);

            assertThatThrownBy(plain::checkRoom)
                    .isInstanceOfSatisfying(
                            RunnerException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.SOCKET_DIRECTORY))
                    .hasMessageContaining("no room for a function's socket");
            new SocketDirectory(plain.home(), true).checkRoom();
            plain.remove();
        } finally {
            Mounts.unmountAll(small);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void withoutAMountThereIsALoudLineWhereFunctionsAreOthers(boolean isolated, int lines) {
        Vertx vertx = Vertx.vertx();
        FakeEngine engine = new FakeEngine();
        engine.isolated = isolated;
        try (LoggedLines log = LoggedLines.of(SocketDirectories.class)) {
            Await.of(SocketDirectories.open(vertx, root, config(SocketTmpfs.OFF), engine));

            assertThat(log.warnings()).hasSize(lines).allMatch(line -> line.startsWith("*** NO LIMIT ***"));
        } finally {
            Await.of(vertx.close());
        }
    }

    private WorkerConfig config(SocketTmpfs tmpfs) {
        Duration any = Duration.ofSeconds(1);
        return new WorkerConfig(any, any, any, any, 1 << 20, 1 << 20, root, null, tmpfs, "", AdoptConfig.DEFAULT);
    }
}
