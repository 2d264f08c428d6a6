package dev.berth.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Whether a path means the same today and tomorrow, whatever other users of this machine do. Blocking. */
final class TrustedFolder {
    private static final int ROOT = 0;
    private static final int STICKY = 01000;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;

    private TrustedFolder() {}

    static int owner(Path path) throws IOException {
        return number(path, "unix:uid");
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Fails, in one line, if a user other than this process's and root may rename or replace {@code folder} or a
     * parent of it, or what is in it.
     *
     * @param folder without links
     * @param own the user of this process
     */
    static void check(Path folder, int own) throws IOException {
        for (Path at = folder; at != null; at = at.getParent()) {
            int owner = owner(at);
            int mode = number(at, "unix:mode");
            if (owner != ROOT && owner != own) {
                throw new IOException("%s cannot hold sockets: %s belongs to user %d, who could replace them"
                        .formatted(folder, at, owner));
            }
            boolean groupWrites = (mode & GROUP_WRITES) != 0 && number(at, "unix:gid") != ROOT;
            if ((groupWrites || (mode & OTHERS_WRITE) != 0) && (mode & STICKY) == 0) {
                throw new IOException("%s cannot hold sockets: other users may write %s (mode %o), and replace them"
                        .formatted(folder, at, mode & 07777));
            }
        }
    }
}
