package dev.berth.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    /** There as soon as the instance has begun to hand its containers over. */
    private static final String LEAVING = "leaving";
    /** What the records in one folder are sealed with. */
    public static final String SEAL = "seal";
    /** Of a file that tells what finds one container again; the rest of its name is that of the container's folder. */
    public static final String RECORD = ".left";

    private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");

    private final Place place;
    private final FileChannel lockFile;
    private final String owner;
    /** Locks of dead instances' folders, whose containers may be this instance's now, by their ids. */
    private final Map<String, FileChannel> claimed = new ConcurrentHashMap<>();

    /**
     * @param root without links, since the kernel's table of mounts has none
     * @param user of this process
     */
    private record Place(Path root, String instanceId, Path path, int user) {}

    private InstanceDirectory(Place place, FileChannel lockFile) {
        this.place = place;
        this.lockFile = lockFile;
        this.owner = ownerOf(place.root());
    }

    /**
     * Makes and locks a fresh directory below {@code root}, which is made too if it is missing. Only this user
     * gets into it: functions see but their own part of it, by a mount. Fails if another user could replace it.
     */
    public static InstanceDirectory open(Path root) throws IOException {
        Path parent = Files.createDirectories(root.toAbsolutePath(), mode("rwxr-xr-x"))
                .toRealPath();
        byte[] id = new byte[6];
        new SecureRandom().nextBytes(id);
        String instanceId = HexFormat.of().formatHex(id);
        Path path = Files.createDirectory(parent.resolve(PREFIX + instanceId), mode("rwx------"));
        int user = TrustedFolder.owner(path);
        try {
            TrustedFolder.check(parent, user);
            return new InstanceDirectory(new Place(parent, instanceId, path, user), lock(path.resolve(LOCK)));
        } catch (IOException refused) {
            FolderRemoval.remove(path);
            throw refused;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel made = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode("rw-------"));
        if (made.tryLock() == null) {
            made.close();
            throw new IOException("cannot lock " + file);
        }
        return made;
    }

    private static FileAttribute<?> mode(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    /** Where this instance's socket directories go. Short: a Unix socket's path may have 107 bytes. */
    public Path path() {
        return place.path();
    }

    /** The socket root, without links. */
    public Path root() {
        return place.root();
    }

    @Override
    public String instanceId() {
        return place.instanceId();
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
        if (other.equals(instanceId())) {
            return true;
        }
        // A lock of ours would be lost with any other channel to its file.
        if (!ID.matcher(other).matches() || claimed.containsKey(other)) {
            return false;
        }
        try (FileChannel file = lockOf(place.root().resolve(PREFIX + other))) {
            return file == null;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException unreadable) {
            LOG.atWarn().addKeyValue("instance", other).setCause(unreadable).log("cannot tell if instance is alive");
            return true;
        }
    }

    /** Tells a start that waits for it that this instance is handing its containers over. */
    public void announceLeaving() throws IOException {
        Files.createFile(place.path().resolve(LEAVING), mode("rw-------"));
    }

    /**
     * Whether another instance here is handing over and has not ended.
     *
     * @param any also if it has not begun to
     */
    public boolean othersLeave(boolean any) throws IOException {
        for (Path other : others()) {
            String id = idOf(other);
            boolean counts = any || Files.exists(other.resolve(LEAVING), LinkOption.NOFOLLOW_LINKS);
            if (counts && !claimed.containsKey(id) && alive(id)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Folders of dead instances that hold records of containers. From now on they are this instance's: to others the
     * dead one is alive, for as long as this one is.
     */
    public List<Path> claimLeft() throws IOException {
        List<Path> left = new ArrayList<>();
        for (Path other : others()) {
            try {
                FileChannel lock = records(other).isEmpty() ? null : lockOf(other);
                if (lock != null) {
                    claimed.put(idOf(other), lock);
                    left.add(other);
                }
            } catch (NoSuchFileException unlocked) {
                LOG.atDebug().addKeyValue("directory", other).log("was given up half-way");
            } catch (IOException unreadable) {
                leaves(other, unreadable);
            }
        }
        return left;
    }

    /** Of other instances of this user. */
    private List<Path> others() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(place.root(), PREFIX + "*")) {
            for (Path other : all) {
                if (!idOf(other).equals(instanceId()) && ID.matcher(idOf(other)).matches() && ours(other)) {
                    found.add(other);
                }
            }
        }
        return found;
    }

    private static Set<String> records(Path directory) throws IOException {
        Set<String> names = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + RECORD)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    /** The id of the instance that an instance's folder belonged to first. */
    public static String idOf(Path directory) {
        return directory.getFileName().toString().substring(PREFIX.length());
    }

    /**
     * Deletes what is in an instance's folder but its locks and seals and these. What cannot be deleted does not keep the
     * rest.
     */
    public static void removeOthers(Path directory, Set<String> stay) throws IOException {
        List<Path> go = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path each : all) {
                String name = each.getFileName().toString();
                if (!stay.contains(name) && !name.equals(LOCK) && !name.equals(SEAL)) {
                    go.add(each);
                }
            }
        }
        Attempts removals = new Attempts();
        go.forEach(each -> removals.run(() -> remove(each)));
        removals.end();
    }

    private static void remove(Path entry) throws IOException {
        Mounts.unmountAll(entry);
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            FolderRemoval.remove(entry);
        } else {
            Files.deleteIfExists(entry);
        }
    }

    /**
     * Deletes the directories of dead instances, and unmounts what they have mounted there. To be called once
     * their containers are gone. One that cannot be deleted is left, with a line in the log, and does not keep
     * the others. What another user has put there is not touched.
     *
     * @param inUse ids of instances of which a container is still there; the next start tries again
     * @return how many were deleted
     */
    public int removeDead(Set<String> inUse) throws IOException {
        int removed = 0;
        for (Path other : others()) {
            if (!inUse.contains(idOf(other)) && removeIfDead(other)) {
                removed++;
            }
        }
        return removed;
    }

    private boolean removeIfDead(Path other) {
        FileChannel held = claimed.get(idOf(other));
        if (held != null) {
            return removeClaimed(other, held);
        }
        // The lock is held while deleting, so that of two starting instances only one deletes.
        try (FileChannel file = lockOf(other)) {
            if (file == null) {
                return false;
            }
            deleteAll(other);
            return true;
        } catch (NoSuchFileException unlocked) {
            return removeIfAbandoned(other);
        } catch (IOException failure) {
            leaves(other, failure);
            return false;
        }
    }

    private static void leaves(Path other, IOException failure) {
        LOG.atWarn()
                .addKeyValue("directory", other)
                .addKeyValue("reason", failure.getMessage())
                .log("cannot remove all that a dead instance left");
    }

    private boolean removeClaimed(Path other, FileChannel held) {
        try (held) {
            claimed.remove(idOf(other));
            deleteAll(other);
            return true;
        } catch (IOException failure) {
            leaves(other, failure);
            return false;
        }
    }

    /** In a folder that all may write, such as /tmp, anybody can make one that looks like an instance's. */
    private boolean ours(Path directory) {
        try {
            return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && TrustedFolder.owner(directory) == place.user();
        } catch (IOException gone) {
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
            deleteAll(other);
            return true;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException failure) {
            leaves(other, failure);
            return false;
        }
    }

    /** The locked lock file of a dead instance; null if the instance is alive. */
    private static @Nullable FileChannel lockOf(Path directory) throws IOException {
        // For reading too: with that alone a pipe that somebody has put there would hold us for ever.
        FileChannel file = FileChannel.open(
                directory.resolve(LOCK), StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
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

    /**
     * Deletes the directory, and those claimed, and lets go of the locks. What is still in them goes too, but for what
     * has been left to the next instance, with its records.
     */
    @Override
    public void close() throws IOException {
        Attempts closing = new Attempts();
        claimed.forEach((id, lock) -> closing.run(() -> closeFolder(place.root().resolve(PREFIX + id), lock)));
        closing.run(() -> closeFolder(place.path(), lockFile));
        closing.end();
    }

    private static void closeFolder(Path directory, FileChannel lock) throws IOException {
        try (lock) {
            Set<String> stay = new HashSet<>(records(directory));
            if (stay.isEmpty()) {
                deleteAll(directory);
                return;
            }
            for (String record : Set.copyOf(stay)) {
                stay.add(record.substring(0, record.length() - RECORD.length()));
            }
            removeOthers(directory, stay);
        } catch (NoSuchFileException gone) {
            LOG.atDebug().addKeyValue("directory", directory).log("is gone already");
        }
    }

    /** The lock file goes last: by it the next start knows whose the rest is, at once. */
    private static void deleteAll(Path directory) throws IOException {
        Mounts.unmountAll(directory);
        FolderRemoval.remove(directory, Path.of(LOCK));
    }
}
