package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes the directories that functions' sockets appear in: one per container, below this runner instance's
 * own directory. Names are short, for a Unix socket's path may have 107 bytes. Every method blocks; thread-safe.
 */
public final class SocketDirectories {
    private static final int LONGEST_PATH = 107;
    private static final FileAttribute<Set<PosixFilePermission>> RUNNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path parent;
    private final @Nullable String tmpfsOptions;
    private final AtomicLong counter = new AtomicLong();

    /**
     * @param parent the instance's directory, below {@link WorkerConfig#socketRoot()}
     */
    public SocketDirectories(Path parent, WorkerConfig config) {
        this.parent = parent.toAbsolutePath();
        this.tmpfsOptions = config.socketTmpfs() ? config.socketTmpfsOptions() : null;
    }

    /** Makes a fresh directory. Fails with {@link ErrorCode#SOCKET_DIRECTORY}; nothing is left then. */
    SocketDirectory create() {
        String name = Long.toString(counter.incrementAndGet(), Character.MAX_RADIX);
        SocketDirectory directory = new SocketDirectory(parent.resolve(name), tmpfsOptions != null);
        checkLength(directory.path());
        try {
            Files.createDirectory(directory.home(), RUNNER_ONLY);
            if (tmpfsOptions != null) {
                Mounts.tmpfs(directory.home(), tmpfsOptions);
            }
            Files.createDirectory(directory.path(), RUNNER_ONLY);
            // The function runs as another user. Set by name, for the umask cuts what create is given.
            Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxrwxrwx"));
            return directory;
        } catch (IOException | RuntimeException failure) {
            throw failed(directory, failure);
        }
    }

    private static void checkLength(Path path) {
        int length = path.resolve(SocketWatcher.SOCKET).toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw ErrorCode.SOCKET_DIRECTORY.exception("socket path of %d bytes in %s; a Unix socket's path may have %d"
                    .formatted(length, path, LONGEST_PATH));
        }
    }

    private static RunnerException failed(SocketDirectory directory, Exception failure) {
        try {
            directory.remove();
        } catch (RunnerException leftOver) {
            failure.addSuppressed(leftOver);
        }
        return ErrorCode.SOCKET_DIRECTORY.exception("cannot make a socket directory: " + failure.getMessage());
    }
}
