package dev.berth.worker;

import dev.berth.error.ErrorCode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The directory one function's socket appears in.
 *
 * @param path as this process sees it
 * @param enginePath as the container engine's host sees it
 * @param mounted whether a tmpfs may be mounted on it
 */
record SocketDirectory(Path path, Path enginePath, boolean mounted) {

    /** The socket, as this process reaches it. */
    Path socket() {
        return path.resolve(SocketWatcher.SOCKET);
    }

    /** Unmounts and deletes the directory and what the function left in it. Blocking; succeeds if it is gone already. */
    void remove() {
        try {
            if (mounted && Mounts.mounted(path)) {
                Mounts.unmount(path);
            }
            deleteTree();
        } catch (IOException failure) {
            throw ErrorCode.SOCKET_DIRECTORY.exception("cannot remove %s: %s".formatted(path, failure.getMessage()));
        }
    }

    private void deleteTree() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
