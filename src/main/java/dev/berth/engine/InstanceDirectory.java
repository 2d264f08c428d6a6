package dev.berth.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
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
    private static final Duration HALF_MADE = Duration.ofMinutes(1);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");

    private final Place place;
    private final FileChannel lockFile;
    private final String owner;
    /** Locks of dead instances' folders, whose containers may be this instance's now, by their ids. */
    private final Map<String, FileChannel> claimed = new ConcurrentHashMap<>();
    /** Locks, as heir, of the folders of instances that are leaving, by their ids. */
    private final Map<String, FileChannel> inherited = new ConcurrentHashMap<>();

    private volatile boolean closed;

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
        Path path = Files.createDirectory(parent.resolve(InstanceFolder.PREFIX + instanceId), mode("rwx------"));
        int user = TrustedFolder.owner(path);
        try {
            TrustedFolder.check(parent, user);
            return new InstanceDirectory(new Place(parent, instanceId, path, user), InstanceLocks.own(path));
        } catch (IOException refused) {
            FolderRemoval.remove(path);
            throw refused;
        }
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
        if (!ID.matcher(other).matches() || claimed.containsKey(other)) {
            return false;
        }
        Path directory = place.root().resolve(InstanceFolder.PREFIX + other);
        try {
            return inherited.containsKey(other)
                    ? InstanceLocks.ownerLives(directory)
                    : InstanceLocks.isTaken(directory);
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException unreadable) {
            LOG.atWarn().addKeyValue("instance", other).setCause(unreadable).log("cannot tell if instance is alive");
            return true;
        }
    }

    /** Tells a start that waits for it that this instance is handing its containers over. */
    public void announceLeaving() throws IOException {
        tell(InstanceLocks.LEAVING);
    }

    /** Tells it that the port is free, and that nothing but what runs calls is still to be left. */
    public void announceMoved() throws IOException {
        tell(InstanceLocks.MOVED);
    }

    /** Tells others that wait for any instance here that this one, which has yet to begin, is none to wait for. */
    public void announceWaiting(boolean waits) throws IOException {
        if (waits) {
            InstanceLocks.tell(place.path(), InstanceLocks.WAITING);
        } else {
            InstanceLocks.untell(place.path(), InstanceLocks.WAITING);
        }
    }

    private void tell(String what) throws IOException {
        InstanceLocks.tell(place.path(), what);
        for (String id : claimed.keySet()) {
            InstanceLocks.tell(place.root().resolve(InstanceFolder.PREFIX + id), what);
        }
    }

    /**
     * Looks for other instances here that are handing over, and becomes heir of those that have none.
     *
     * @param any also if they have not begun to, but for those that wait themselves
     */
    public OthersLeaving others(boolean any) throws IOException {
        boolean some = false;
        boolean moved = true;
        for (Path other : all()) {
            String id = InstanceFolder.idOf(other);
            if (closed || claimed.containsKey(id)) {
                continue;
            }
            boolean leaving = InstanceLocks.told(other, InstanceLocks.LEAVING);
            if (leaving && !inherited.containsKey(id)) {
                FileChannel lock = InstanceLocks.ofLeaving(other);
                if (lock != null) {
                    inherited.put(id, lock);
                }
            }
            boolean counts = leaving || (any && !InstanceLocks.told(other, InstanceLocks.WAITING));
            if (counts && alive(id)) {
                some = true;
                moved &= inherited.containsKey(id) && InstanceLocks.told(other, InstanceLocks.MOVED);
            }
        }
        return new OthersLeaving(some, moved);
    }

    /**
     * The folders that this instance is heir of, and those of dead instances that hold records of containers. The latter
     * are this instance's from now on: to others the dead one is alive, for as long as this one is.
     */
    public List<LeftFolder> claimLeft() throws IOException {
        for (Path other : all()) {
            try {
                claim(other);
            } catch (NoSuchFileException unlocked) {
                LOG.atDebug().addKeyValue("directory", other).log("was given up half-way");
                inherited.remove(InstanceFolder.idOf(other));
            } catch (IOException unreadable) {
                leaves(other, unreadable);
            }
        }
        List<LeftFolder> left = new ArrayList<>();
        claimed.keySet()
                .forEach(id -> left.add(new LeftFolder(place.root().resolve(InstanceFolder.PREFIX + id), true)));
        inherited
                .keySet()
                .forEach(id -> left.add(new LeftFolder(place.root().resolve(InstanceFolder.PREFIX + id), false)));
        return left;
    }

    private void claim(Path other) throws IOException {
        String id = InstanceFolder.idOf(other);
        if (closed || claimed.containsKey(id)) {
            // What is locked already must not be asked for again.
            return;
        }
        FileChannel heir = inherited.get(id);
        FileChannel lock = null;
        if (heir != null) {
            lock = InstanceLocks.inherited(other, heir);
        } else if (!InstanceFolder.records(other).isEmpty()) {
            lock = InstanceLocks.ofDead(other);
        }
        if (lock != null) {
            claimed.put(id, lock);
            inherited.remove(id);
        }
    }

    /** Of other instances of this user. */
    private List<Path> all() throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(place.root(), InstanceFolder.PREFIX + "*")) {
            for (Path other : all) {
                if (!InstanceFolder.idOf(other).equals(instanceId())
                        && ID.matcher(InstanceFolder.idOf(other)).matches()
                        && ours(other)) {
                    found.add(other);
                }
            }
        }
        return found;
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
        for (Path other : all()) {
            if (!inUse.contains(InstanceFolder.idOf(other)) && removeIfDead(other)) {
                removed++;
            }
        }
        return removed;
    }

    private boolean removeIfDead(Path other) {
        FileChannel held = claimed.get(InstanceFolder.idOf(other));
        if (held != null) {
            return removeClaimed(other, held);
        }
        // The lock is held while deleting, so that of two starting instances only one deletes.
        try (FileChannel file =
                inherited.containsKey(InstanceFolder.idOf(other)) ? null : InstanceLocks.ofDead(other)) {
            if (file == null) {
                return false;
            }
            InstanceFolder.delete(other);
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
            claimed.remove(InstanceFolder.idOf(other));
            InstanceFolder.delete(other);
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
            InstanceFolder.delete(other);
            return true;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException failure) {
            leaves(other, failure);
            return false;
        }
    }

    /**
     * Deletes the directory, and those claimed, and lets go of the locks. What is still in them goes too, but for what
     * has been left to the next instance, with its records; where that is heir already, all of it is that one's.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        Attempts closing = new Attempts();
        inherited.values().forEach(heir -> closing.run(heir::close));
        claimed.forEach((id, lock) ->
                closing.run(() -> InstanceFolder.close(place.root().resolve(InstanceFolder.PREFIX + id), lock)));
        closing.run(() -> InstanceFolder.close(place.path(), lockFile));
        closing.end();
    }
}
