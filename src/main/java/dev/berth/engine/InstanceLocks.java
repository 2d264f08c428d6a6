package dev.berth.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files in an instance's folder by which instances tell each other whose it is: its owner's lock, while that hands
 * over the lock of the one that inherits it, and how far the owner has come. The operating system drops locks however a
 * process ends. Closing any channel to a file drops this process's lock on it, so a file that is locked here must not be
 * asked for again. Blocking; without state.
 */
final class InstanceLocks {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceLocks.class);

    static final String OWNER = "owner.lock";
    /** Of the one that takes containers over while the owner is still there. */
    static final String HEIR = "heir.lock";
    /** There as soon as the owner has begun to hand its containers over. */
    static final String LEAVING = "leaving";
    /** There as soon as the owner takes no connections any more and holds no container but those that run calls. */
    static final String MOVED = "moved";

    /** There as long as the owner, in its start, waits for others. */
    static final String WAITING = "waiting";

    static final Set<String> FILES = Set.of(OWNER, HEIR, LEAVING, MOVED, WAITING);

    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private InstanceLocks() {}

    /** The owner's lock of a folder just made. */
    static FileChannel own(Path directory) throws IOException {
        Path file = directory.resolve(OWNER);
        FileChannel made =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE);
        if (made.tryLock() == null) {
            made.close();
            throw new IOException("cannot lock " + file);
        }
        return made;
    }

    /** The owner's lock of a folder whose owner is dead, and for which nobody waits; null if there is one of these. */
    static @Nullable FileChannel ofDead(Path directory) throws IOException {
        FileChannel owner = take(directory.resolve(OWNER));
        if (owner == null) {
            return null;
        }
        try {
            // From here on none becomes heir: it looks for the sign of leaving once it has the lock.
            FileChannel heir = heir(directory);
            if (heir != null) {
                endLeaving(directory);
                heir.close();
                return owner;
            }
        } catch (IOException failure) {
            owner.close();
            throw failure;
        }
        owner.close();
        return null;
    }

    /** The lock of the heir of a folder whose owner is leaving, or has died at it; null if there is another. */
    static @Nullable FileChannel ofLeaving(Path directory) throws IOException {
        FileChannel heir = heir(directory);
        if (heir != null && !told(directory, LEAVING)) {
            heir.close();
            return null;
        }
        return heir;
    }

    /** The owner's lock, for the heir, when the owner has ended; null before. */
    static @Nullable FileChannel inherited(Path directory, FileChannel heir) throws IOException {
        FileChannel owner = take(directory.resolve(OWNER));
        if (owner != null) {
            endLeaving(directory);
            heir.close();
        }
        return owner;
    }

    private static @Nullable FileChannel heir(Path directory) throws IOException {
        Path file = directory.resolve(HEIR);
        try {
            Files.createFile(file, PRIVATE);
        } catch (FileAlreadyExistsException known) {
            LOG.trace("there was an heir before");
        }
        return take(file);
    }

    /** Whether the folder has an owner or an heir, none of them this one. */
    static boolean isTaken(Path directory) throws IOException {
        // Twice: between the first two looks an heir may have become the owner.
        return ownerLives(directory) || hasHeir(directory) || ownerLives(directory);
    }

    static boolean ownerLives(Path directory) throws IOException {
        return isHeld(directory.resolve(OWNER));
    }

    static boolean hasHeir(Path directory) throws IOException {
        try {
            return isHeld(directory.resolve(HEIR));
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    private static boolean isHeld(Path file) throws IOException {
        try (FileChannel lock = take(file)) {
            return lock == null;
        }
    }

    static void tell(Path directory, String what) throws IOException {
        try {
            Files.createFile(directory.resolve(what), PRIVATE);
        } catch (FileAlreadyExistsException before) {
            LOG.trace("told already");
        }
    }

    static boolean told(Path directory, String what) {
        return Files.exists(directory.resolve(what), LinkOption.NOFOLLOW_LINKS);
    }

    static void untell(Path directory, String what) throws IOException {
        Files.deleteIfExists(directory.resolve(what));
    }

    static void endLeaving(Path directory) throws IOException {
        untell(directory, MOVED);
        untell(directory, LEAVING);
    }

    /** Null if another has the lock. */
    private static @Nullable FileChannel take(Path file) throws IOException {
        // For reading too: with that alone a pipe that somebody has put there would hold us for ever.
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            LOG.trace("another instance in this process");
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
        channel.close();
        return null;
    }
}
