package dev.berth.engine.docker;

import dev.berth.error.Descriptors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stops and continues all processes of a container by writing its control group's freezer file, where the
 * engine runs on this machine and we may write it: a hundredth of the time the engine's own pause takes. The
 * engine does not know: a container must be thawed before it is asked to end it.
 *
 * <p>The file of a frozen container stays open, in place of the connection that its function had, which is closed: what
 * has been frozen can be thawed however many files this process has open then.
 *
 * <p>The files are small and in memory, but files: they are written by two threads kept for this, so that
 * waking a container never waits for other blocking work. Thread-safe.
 */
public final class CgroupFreezer {
    private static final int THREADS = 2;
    /** Of waiting for processes in uninterruptible sleep: 2 s in all. */
    private static final int MAX_CHECKS = 60;

    private static final long MAX_CHECK_MILLIS = 40;

    private final Vertx vertx;
    private final WorkerExecutor files;
    private final Path root;
    private final boolean v1;
    private final Map<String, Held> held = new ConcurrentHashMap<>();

    /** The group of a container that is frozen, or being frozen. */
    private record Held(Path group, FileChannel state) {}

    /** @param cgroups where control groups are mounted: {@code /sys/fs/cgroup} */
    CgroupFreezer(Vertx vertx, Path cgroups, boolean v1) {
        this.vertx = vertx;
        this.files = vertx.createSharedWorkerExecutor("berth-freezer", THREADS);
        this.root = v1 ? cgroups.resolve("freezer") : cgroups;
        this.v1 = v1;
    }

    /**
     * Completes when every process is stopped. Fails with SERVER_BUSY if a file descriptor is wanting for that: nothing
     * is frozen.
     *
     * @param containerId the engine's own id, 64 digits
     * @return false if there is no such file for us, or the processes did not stop in time: nothing is frozen
     */
    Future<Boolean> freeze(String containerId) {
        return files.executeBlocking(() -> begin(containerId), false)
                .compose(began -> began ? settle(containerId, 0) : Future.succeededFuture(false));
    }

    /**
     * Takes over what another process has frozen.
     *
     * @return false if it is not frozen so, or there is no such file for us
     */
    Future<Boolean> holdFrozen(String containerId) {
        return files.executeBlocking(
                () -> {
                    Held opened = open(containerId);
                    if (opened == null) {
                        return false;
                    }
                    held.put(containerId, opened);
                    if (frozen(containerId)) {
                        return true;
                    }
                    release(containerId);
                    return false;
                },
                false);
    }

    /** The frozen container is another process's from now on. */
    void leave(String containerId) {
        release(containerId);
    }

    /** @return false if there is no such file for us */
    Future<Boolean> thaw(String containerId) {
        return files.executeBlocking(() -> end(containerId), false);
    }

    /** Files that are open now. For tests. */
    int held() {
        return held.size();
    }

    Future<Void> close() {
        return files.close();
    }

    private Future<Boolean> settle(String containerId, int checks) {
        return files.executeBlocking(() -> frozen(containerId), false)
                .recover(lacking -> thaw(containerId).compose(thawed -> Future.failedFuture(lacking)))
                .compose(frozen -> {
                    if (frozen) {
                        return Future.succeededFuture(true);
                    }
                    if (checks >= MAX_CHECKS) {
                        return thaw(containerId).map(false);
                    }
                    long pause = Math.min(MAX_CHECK_MILLIS, 1L << Math.min(checks, 6));
                    return vertx.timer(pause).compose(fired -> settle(containerId, checks + 1));
                });
    }

    private boolean begin(String containerId) {
        Held opened = open(containerId);
        if (opened == null) {
            return false;
        }
        held.put(containerId, opened);
        if (write(opened, v1 ? "FROZEN" : "1")) {
            return true;
        }
        release(containerId);
        return false;
    }

    private boolean end(String containerId) {
        Held frozen = held.get(containerId);
        if (frozen == null) {
            Held opened = open(containerId);
            if (opened == null) {
                return false;
            }
            held.put(containerId, opened);
            frozen = opened;
        }
        boolean thawed = write(frozen, v1 ? "THAWED" : "0");
        release(containerId);
        return thawed;
    }

    /** Whether this process may write the freezer files of containers; for people who want to know before a start. */
    public enum Reach {
        WRITABLE,
        DENIED,
        /** No container has run there since the machine started, or the groups are elsewhere or not mounted. */
        NOT_FOUND
    }

    /** Judges by the groups that containers' groups are made in, and changes nothing. Blocking. */
    public static Reach reach(Path cgroups, boolean v1) {
        Reach reach = Reach.NOT_FOUND;
        for (Path parent : ControlGroups.parents(v1 ? cgroups.resolve("freezer") : cgroups)) {
            Path file = parent.resolve(v1 ? "freezer.state" : "cgroup.freeze");
            if (Files.exists(file)) {
                try {
                    FileChannel.open(file, StandardOpenOption.WRITE).close();
                    return Reach.WRITABLE;
                } catch (IOException denied) {
                    reach = Reach.DENIED;
                }
            }
        }
        return reach;
    }

    /** Null if there is no such file for us. */
    private @Nullable Held open(String containerId) {
        for (Path group : ControlGroups.places(root, containerId)) {
            Path file = group.resolve(v1 ? "freezer.state" : "cgroup.freeze");
            if (Files.exists(file)) {
                try {
                    // Tried, not asked for: the kernel's answer leaves out what a user may by a capability.
                    return new Held(group, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
                } catch (IOException failure) {
                    throwIfLacking(failure);
                    return null;
                }
            }
        }
        return null;
    }

    private static boolean write(Held into, String state) {
        try {
            into.state().write(ByteBuffer.wrap(state.getBytes(StandardCharsets.US_ASCII)), 0);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private void release(String containerId) {
        Held done = held.remove(containerId);
        if (done != null) {
            try {
                done.state().close();
            } catch (IOException unsaid) {
                // What was written has been written.
                return;
            }
        }
    }

    private boolean frozen(String containerId) {
        Held asked = held.get(containerId);
        if (asked == null) {
            return false;
        }
        try {
            return v1
                    ? firstOf(asked.state()).startsWith("FROZEN")
                    : Files.readString(asked.group().resolve("cgroup.events")).contains("frozen 1");
        } catch (IOException failure) {
            throwIfLacking(failure);
            return false;
        }
    }

    private static String firstOf(FileChannel state) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        int length = state.read(bytes, 0);
        return new String(bytes.array(), 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    private static void throwIfLacking(IOException failure) {
        if (Descriptors.exhausted(failure)) {
            throw Descriptors.none("to freeze or thaw a container");
        }
    }
}
