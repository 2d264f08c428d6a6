package dev.berth.engine;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Removes a folder in which others write. It works on open folders and names within them, never on paths, so
 * whoever renames folders or puts links in their place meanwhile can't lead it to anything outside; a link is
 * deleted and not followed.
 *
 * <p>A folder found inside is emptied by moving what it has of full folders up to the top, where their turn comes.
 * So neither the depth of a tree nor the length of its paths matters: two folders are open at a time. Blocking.
 */
public final class FolderRemoval {
    private static final int MOST_PASSES = 64;
    private static final int MOST_WAITING = 1 << 16;
    private static final Path ITSELF = Path.of(".");

    private final SecureDirectoryStream<Path> top;
    private final @Nullable Path last;
    private final Deque<Path> waiting = new ArrayDeque<>();
    private final String prefix = ".berth-" + UUID.randomUUID() + "-";
    private long moved;
    private boolean progress;
    private int left;
    private @Nullable IOException firstFailure;

    private FolderRemoval(SecureDirectoryStream<Path> top, @Nullable Path last) {
        this.top = top;
        this.last = last;
    }

    /**
     * Removes a folder and all that is in it. Succeeds if it is not there. What cannot be removed is left, and
     * does not keep the rest.
     *
     * @param folder whose parents nobody but this process's user and root may change
     * @throws IOException in one short line how much is left, and why
     */
    public static void remove(Path folder) throws IOException {
        remove(folder, null);
    }

    /**
     * The same, but for one file in it that goes only when all the rest has gone.
     *
     * @param last the name of the file
     */
    static void remove(Path folder, @Nullable Path last) throws IOException {
        Path name = folder.getFileName();
        Path parent = folder.toAbsolutePath().getParent();
        if (name == null || parent == null || removedEmpty(folder)) {
            return;
        }
        try (SecureDirectoryStream<Path> above = open(parent)) {
            try (SecureDirectoryStream<Path> inside = above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                new FolderRemoval(inside, last).empty();
            }
            above.deleteDirectory(name);
        } catch (NoSuchFileException gone) {
            // By whomever.
        }
    }

    /** The usual case, which needs no file descriptor. */
    private static boolean removedEmpty(Path folder) {
        try {
            return !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || Files.deleteIfExists(folder);
        } catch (IOException notEmpty) {
            return false;
        }
    }

    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    private static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("folders cannot be removed safely on this system");
    }

    private void empty() throws IOException {
        emptyButLast();
        if (last != null && !deleted(top, last)) {
            throw new DirectoryNotEmptyException(last.toString());
        }
    }

    private void emptyButLast() throws IOException {
        int passes = 0;
        do {
            progress = false;
            left = 0;
            firstFailure = null;
            pass();
            passes++;
        } while (left > 0 && progress && passes < MOST_PASSES);
        if (left > 0) {
            throw new IOException(
                    "%d %s cannot be removed: %s".formatted(left, left == 1 ? "entry" : "entries", why(firstFailure)));
        }
    }

    private void pass() throws IOException {
        try (SecureDirectoryStream<Path> again = top.newDirectoryStream(ITSELF, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : again) {
                Path next = entry.getFileName().equals(last) ? null : entry.getFileName();
                while (next != null) {
                    if (!deleted(top, next)) {
                        emptyFolder(next);
                    }
                    next = waiting.poll();
                }
            }
        } catch (DirectoryIteratorException unreadable) {
            failed(reason(unreadable));
        }
    }

    /** Deletes the files of a folder at the top, moves its full folders to the top, and deletes it. */
    private void emptyFolder(Path name) {
        int leftBefore = left;
        try (SecureDirectoryStream<Path> inside = top.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : inside) {
                Path child = entry.getFileName();
                if (!deleted(inside, child)) {
                    moveUp(inside, child);
                }
            }
        } catch (NoSuchFileException gone) {
            return;
        } catch (DirectoryIteratorException unreadable) {
            failed(reason(unreadable));
        } catch (IOException unreadable) {
            failed(unreadable);
        }
        if (left == leftBefore && !deleted(top, name)) {
            failed(new DirectoryNotEmptyException("a folder that others write"));
        }
    }

    private void moveUp(SecureDirectoryStream<Path> from, Path name) {
        Path up = Path.of(prefix + moved++);
        try {
            from.move(name, top, up);
            progress = true;
            if (waiting.size() < MOST_WAITING) {
                waiting.add(up);
            } else {
                // The next pass finds it.
                left++;
            }
        } catch (NoSuchFileException gone) {
            progress = true;
        } catch (IOException failure) {
            failed(failure);
        }
    }

    /** Deletes an entry, or else counts it as left. False: nothing was done, for it is a folder with entries. */
    private boolean deleted(SecureDirectoryStream<Path> folder, Path name) {
        try {
            folder.deleteFile(name);
            progress = true;
        } catch (NoSuchFileException gone) {
            return true;
        } catch (IOException perhapsAFolder) {
            return deletedFolder(folder, name, perhapsAFolder);
        }
        return true;
    }

    private boolean deletedFolder(SecureDirectoryStream<Path> folder, Path name, IOException asAFile) {
        try {
            folder.deleteDirectory(name);
            progress = true;
        } catch (NoSuchFileException gone) {
            return true;
        } catch (DirectoryNotEmptyException full) {
            return false;
        } catch (NotDirectoryException noFolder) {
            failed(asAFile);
        } catch (IOException failure) {
            failed(failure);
        }
        return true;
    }

    private static IOException reason(DirectoryIteratorException unreadable) {
        IOException cause = unreadable.getCause();
        return cause == null ? new IOException(unreadable) : cause;
    }

    private void failed(IOException failure) {
        left++;
        if (firstFailure == null) {
            firstFailure = failure;
        }
    }

    /** Without names: those are the function's, and may be long or hold anything. */
    private static String why(@Nullable IOException failure) {
        if (failure instanceof FileSystemException named && named.getReason() != null) {
            return named.getReason();
        }
        return failure == null ? "too many" : failure.getClass().getSimpleName();
    }
}
