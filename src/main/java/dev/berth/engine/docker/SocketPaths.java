package dev.berth.engine.docker;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where socket directories are, for us and for the engine's host; they differ when this process runs in a
 * container of its own.
 *
 * @param root parent of socket directories as this process sees it
 * @param engineRoot the same directory as the engine's host sees it; null: the same path
 */
public record SocketPaths(Path root, @Nullable Path engineRoot) {

    /** The path under which the engine's host knows a directory below {@link #root}. */
    public Path onEngineHost(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (engineRoot == null) {
            return absolute;
        }
        Path parent = root.toAbsolutePath().normalize();
        if (!absolute.startsWith(parent)) {
            throw new IllegalArgumentException(directory + " is not below " + root);
        }
        return engineRoot.resolve(parent.relativize(absolute));
    }
}
