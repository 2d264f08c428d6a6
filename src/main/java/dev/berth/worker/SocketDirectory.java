package dev.berth.worker;

import dev.berth.engine.InstanceDirectory;
import dev.berth.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The directory one function's socket appears in.
 *
 * @param path as this process sees it
 * @param mounted whether a tmpfs may be mounted on it
 */
record SocketDirectory(Path path, boolean mounted) {

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
            InstanceDirectory.deleteTree(path);
        } catch (IOException failure) {
            throw ErrorCode.SOCKET_DIRECTORY.exception("cannot remove %s: %s".formatted(path, failure.getMessage()));
        }
    }
}
