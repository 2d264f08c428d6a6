package dev.berth.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a function put into its socket directory. Good is a socket, or a symbolic link that stays in
 * the directory and leads to one: anything else could point the runner at a socket of the host. Links are
 * followed by hand, never by the kernel. What is found good may be swapped at once; {@link FunctionSocket}
 * sees to that. Blocking.
 */
final class SocketCheck {
    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int MOST_LINKS = 8;

    private SocketCheck() {}

    /** The entry of {@code directory} that {@code name} is, or safely leads to, and that is a socket; null: none. */
    static @Nullable Path find(Path directory, String name) {
        Path entry = directory.resolve(name);
        try {
            for (int links = 0; links <= MOST_LINKS; links++) {
                int type = type(entry);
                if (type == SOCKET) {
                    return entry;
                }
                if (type != SYMBOLIC_LINK) {
                    return null;
                }
                String target = withoutDots(Files.readSymbolicLink(entry).toString());
                if (target.isEmpty() || target.indexOf('/') >= 0 || target.equals("..")) {
                    return null;
                }
                entry = directory.resolve(Path.of(target));
            }
            return null;
        } catch (IOException dangling) {
            return null;
        }
    }

    /** Whether this very entry is a socket; a link to one is not. */
    static boolean isSocket(Path entry) throws IOException {
        return type(entry) == SOCKET;
    }

    private static int type(Path entry) throws IOException {
        return (Integer) Files.getAttribute(entry, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE_MASK;
    }

    private static String withoutDots(String target) {
        String rest = target;
        while (rest.startsWith("./")) {
            rest = rest.substring(2);
        }
        return rest.equals(".") ? "" : rest;
    }
}
