package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.WorkerConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories for sockets: short, open to the function, and wholly removed. */
final class SocketDirectoriesTest {
    @TempDir
    private Path root;

    private static WorkerConfig config(Path root, @Nullable Path engineRoot, boolean tmpfs, String options) {
        return new WorkerConfig(
                Duration.ZERO,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                0,
                0,
                root,
                engineRoot,
                tmpfs,
                options);
    }

    private SocketDirectories below(Path parent, @Nullable Path engineRoot) {
        return new SocketDirectories(parent, config(root, engineRoot, false, ""));
    }

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
        SocketDirectories directories = below(root, null);
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
        SocketDirectory directory = below(root, null).create();
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
        fails(below(parent, null));
        assertEmpty(parent);
    }

    @Test
    void aMissingParentFails() {
        fails(below(root.resolve("missing"), null));
    }

    @Test
    void aMountThatFailsLeavesNothing() throws Exception {
        Path parent = Files.createDirectory(root.resolve("p"));
        fails(new SocketDirectories(parent, config(root, null, true, "no-such-option=1")));
        assertEmpty(parent);
    }
}
