package dev.berth.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * Judges what a function put into its socket directory. Good is a socket, or a symbolic link that stays in
 * the directory and leads to one: anything else could point the runner at a socket of the host. Blocking.
 */
final class SocketCheck {
    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int MOST_LINKS = 8;

    private SocketCheck() {}

    /** Whether {@code name} in {@code directory} is, or safely leads to, a socket. */
    static boolean good(Path directory, String name) {
        Path entry = directory.resolve(name);
        try {
            for (int links = 0; links <= MOST_LINKS; links++) {
                int mode = (Integer) Files.getAttribute(entry, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE_MASK;
                if (mode == SOCKET) {
                    return true;
                }
                if (mode != SYMBOLIC_LINK) {
                    return false;
                }
                String target = withoutDots(Files.readSymbolicLink(entry).toString());
                if (target.isEmpty() || target.indexOf('/') >= 0 || target.equals("..")) {
                    return false;
                }
                entry = directory.resolve(Paths.get(target));
            }
            return false;
        } catch (IOException dangling) {
            return false;
        }
    }

    private static String withoutDots(String target) {
        String rest = target;
        while (rest.startsWith("./")) {
            rest = rest.substring(2);
        }
        return rest.equals(".") ? "" : rest;
    }
}
