package dev.berth.worker;

import dev.berth.engine.FolderRemoval;
import dev.berth.engine.InstanceFolder;
import dev.berth.engine.Mounts;
import dev.berth.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one container has on the runner's file system: a directory of the runner's own, and in it the one
 * that the function's socket appears in.
 *
 * @param home the runner's; the function cannot see it
 * @param mounted whether a tmpfs may be mounted on {@code home}
 */
record SocketDirectory(Path home, boolean mounted) {
    private static final Logger LOG = LoggerFactory.getLogger(SocketDirectory.class);
    private static final String FUNCTION = "fn";

    /** The function's part, as this process sees it: all that the function sees of the directory. */
    Path path() {
        return home.resolve(FUNCTION);
    }

    /** The folder of the runner's instance that made it. */
    Path instanceFolder() {
        return Objects.requireNonNull(home.getParent());
    }

    /** Beside the directory, where no function comes: what another runner finds the container again by. */
    Path record() {
        return home.resolveSibling(home.getFileName() + InstanceFolder.RECORD);
    }

    /**
     * Fails with {@link ErrorCode#SOCKET_DIRECTORY} if the function could not make a socket for a reason of the
     * runner's: a disk that is full or read-only. A file system of its own is the function's to fill. Blocking.
     */
    @Nullable
    Void checkRoom() {
        if (!mounted) {
            try {
                Path trial = Files.createTempFile(home, "trial", null);
                Files.write(trial, new byte[] {1});
                Files.delete(trial);
            } catch (NoSuchFileException gone) {
                LOG.trace("directory is removed already");
            } catch (IOException full) {
                throw ErrorCode.SOCKET_DIRECTORY.hiding(
                        "no room for a function's socket",
                        "no room for a function's socket in %s: %s".formatted(home, full.getMessage()));
            }
        }
        return null;
    }

    /** Unmounts and deletes the directory and what the function left in it. Blocking; succeeds if it is gone already. */
    void remove() {
        if (removedEmpty()) {
            return;
        }
        try {
            Files.deleteIfExists(record());
            if (mounted) {
                Mounts.unmountAll(home);
            }
            FolderRemoval.remove(home);
        } catch (IOException failure) {
            throw ErrorCode.SOCKET_DIRECTORY.hiding("cannot remove %s: %s".formatted(home, failure.getMessage()));
        }
    }

    /** Needs no file descriptor: a directory that came to nothing goes even when there is none. */
    private boolean removedEmpty() {
        try {
            Files.deleteIfExists(record());
            Files.deleteIfExists(path());
            Files.deleteIfExists(home);
            return true;
        } catch (IOException fullOrMounted) {
            return false;
        }
    }
}
