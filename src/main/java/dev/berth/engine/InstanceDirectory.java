package dev.berth.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This runner instance's own directory, {@code <root>/berth-<instance id>}: the parent of its containers'
 * socket directories, and by a file lock the proof that it is alive. The operating system drops the lock
 * however the process ends, so a later instance can tell what a dead one left from what a living one uses.
 *
 * <p>Every method touches the file system and blocks; none may be called on an event loop. Thread-safe.
 */
public final class InstanceDirectory implements Instances, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceDirectory.class);
    private static final String PREFIX = "berth-";
    private static final Duration HALF_MADE = Duration.ofMinutes(1);
    private static final String LOCK = "owner.lock";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");

    private final Path root;
    private final String instanceId;
    private final Path path;
    private final FileChannel lockFile;
    private final String owner;

    private InstanceDirectory(Path root, String instanceId, Path path, FileChannel lockFile) {
        this.root = root;
        this.instanceId = instanceId;
        this.path = path;
        this.lockFile = lockFile;
        this.owner = ownerOf(root);
    }

    /** Makes and locks a fresh directory below {@code root}, which is made too if it is missing. */
    public static InstanceDirectory open(Path root) throws IOException {
        Path parent = Files.createDirectories(root.toAbsolutePath());
        byte[] id = new byte[6];
        new SecureRandom().nextBytes(id);
        String instanceId = HexFormat.of().formatHex(id);
        Path path = Files.createDirectory(parent.resolve(PREFIX + instanceId));
        // Functions run as another user and must be able to reach their own directory below this one.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        FileChannel lockFile =
                FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lockFile.tryLock() == null) {
            lockFile.close();
            throw new IOException("cannot lock " + path.resolve(LOCK));
        }
        return new InstanceDirectory(parent, instanceId, path, lockFile);
    }

    /** Where this instance's socket directories go. Short: a Unix socket's path may have 107 bytes. */
    public Path path() {
        return path;
    }

    @Override
    public String instanceId() {
        return instanceId;
    }

    @Override
    public String owner() {
        return owner;
    }

    /** This machine and this root: instances with another owner cannot be judged from here. */
    private static String ownerOf(Path root) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (IOException unnamed) {
            host = "localhost";
        }
        return host + ":" + root;
    }

    @Override
    public boolean alive(String other) {
        if (other.equals(instanceId)) {
            return true;
        }
        if (!ID.matcher(other).matches()) {
            return false;
        }
        try (FileChannel file = lockOf(root.resolve(PREFIX + other))) {
            return file == null;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException unreadable) {
            LOG.atWarn().addKeyValue("instance", other).setCause(unreadable).log("cannot tell if instance is alive");
            return true;
        }
    }

    /**
     * Deletes the directories of dead instances. To be called once their containers are gone.
     *
     * @return how many were deleted
     */
    public int removeDead() throws IOException {
        int removed = 0;
        try (DirectoryStream<Path> others = Files.newDirectoryStream(root, PREFIX + "*")) {
            for (Path other : others) {
                if (removeIfDead(other)) {
                    removed++;
                }
            }
        }
        return removed;
    }

    private boolean removeIfDead(Path other) {
        String id = other.getFileName().toString().substring(PREFIX.length());
        if (id.equals(instanceId) || !ID.matcher(id).matches()) {
            return false;
        }
        // The lock is held while deleting, so that of two starting instances only one deletes.
        try (FileChannel file = lockOf(other)) {
            if (file == null) {
                return false;
            }
            deleteTree(other);
            return true;
        } catch (NoSuchFileException unlocked) {
            return removeIfAbandoned(other);
        } catch (IOException failure) {
            LOG.atWarn()
                    .addKeyValue("directory", other)
                    .setCause(failure)
                    .log("cannot remove what a dead instance left");
            return false;
        }
    }

    /** A directory with no lock file was left by a start that died half-way, or is being made just now. */
    private static boolean removeIfAbandoned(Path other) {
        try {
            Instant made = Files.getLastModifiedTime(other).toInstant();
            if (made.isAfter(Instant.now().minus(HALF_MADE))) {
                return false;
            }
            deleteTree(other);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    /** The locked lock file of a dead instance; null if the instance is alive. */
    private static @Nullable FileChannel lockOf(Path directory) throws IOException {
        FileChannel file = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return file;
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            LOG.trace("another instance in this process");
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
        file.close();
        return null;
    }

    /** Deletes the directory and lets go of the lock. What is still in it goes too. */
    @Override
    public void close() throws IOException {
        try (lockFile) {
            deleteTree(path);
        }
    }

    /** Deletes a tree, if it is there, without following links; mounts inside are left for {@code umount} by their owner. */
    public static void deleteTree(Path top) throws IOException {
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
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
