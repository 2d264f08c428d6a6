package dev.berth.engine.docker;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Stops and continues all processes of a container by writing its control group's freezer file, where the
 * engine runs on this machine and we may write it: a hundredth of the time the engine's own pause takes. The
 * engine does not know: a container must be thawed before it is asked to end it.
 *
 * <p>The files are small and in memory, but files: they are written by two threads kept for this, so that
 * waking a container never waits for other blocking work. Thread-safe.
 */
public final class CgroupFreezer {
    /** Where engines put a container's group, below the hierarchy's root. */
    private static final List<String> PLACES = List.of(
            "docker/%s", "system.slice/docker-%s.scope", "machine.slice/libpod-%s.scope", "libpod_parent/libpod-%s");

    private static final int THREADS = 2;
    /** Of waiting for processes in uninterruptible sleep: 2 s in all. */
    private static final int MAX_CHECKS = 60;

    private static final long MAX_CHECK_MILLIS = 40;

    private final Vertx vertx;
    private final WorkerExecutor files;
    private final Path root;
    private final boolean v1;

    /** @param cgroups where control groups are mounted: {@code /sys/fs/cgroup} */
    CgroupFreezer(Vertx vertx, Path cgroups, boolean v1) {
        this.vertx = vertx;
        this.files = vertx.createSharedWorkerExecutor("berth-freezer", THREADS);
        this.root = v1 ? cgroups.resolve("freezer") : cgroups;
        this.v1 = v1;
    }

    /**
     * Completes when every process is stopped.
     *
     * @param containerId the engine's own id, 64 digits
     * @return false if there is no such file for us, or the processes did not stop in time: nothing is frozen
     */
    Future<Boolean> freeze(String containerId) {
        return files.executeBlocking(() -> begin(containerId), false)
                .compose(began -> began ? settle(containerId, 0) : Future.succeededFuture(false));
    }

    /** @return false if there is no such file for us */
    Future<Boolean> thaw(String containerId) {
        return files.executeBlocking(() -> write(containerId, v1 ? "THAWED" : "0"), false);
    }

    Future<Void> close() {
        return files.close();
    }

    private Future<Boolean> settle(String containerId, int checks) {
        return files.executeBlocking(() -> frozen(containerId), false).compose(frozen -> {
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
        return write(containerId, v1 ? "FROZEN" : "1");
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
        for (String place : PLACES) {
            Path parent = Path.of(place).getParent();
            Path file = (v1 ? cgroups.resolve("freezer") : cgroups)
                    .resolve(parent == null ? Path.of("") : parent)
                    .resolve(v1 ? "freezer.state" : "cgroup.freeze");
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

    private boolean write(String containerId, String state) {
        for (String place : PLACES) {
            Path file = file(place, containerId);
            if (Files.exists(file)) {
                try {
                    // Tried, not asked for: the kernel's answer leaves out what a user may by a capability.
                    Files.writeString(file, state, StandardOpenOption.WRITE);
                    return true;
                } catch (IOException e) {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean frozen(String containerId) {
        for (String place : PLACES) {
            Path group = root.resolve(place.formatted(containerId));
            try {
                if (Files.isDirectory(group)) {
                    return v1
                            ? Files.readString(group.resolve("freezer.state")).startsWith("FROZEN")
                            : Files.readString(group.resolve("cgroup.events")).contains("frozen 1");
                }
            } catch (IOException e) {
                return false;
            }
        }
        return false;
    }

    private Path file(String place, String containerId) {
        return root.resolve(place.formatted(containerId)).resolve(v1 ? "freezer.state" : "cgroup.freeze");
    }
}
