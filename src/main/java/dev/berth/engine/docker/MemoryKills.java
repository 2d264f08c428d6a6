package dev.berth.engine.docker;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads from a container's control group whether the kernel has killed one of its processes for want of memory. The
 * kernel counts before it kills, so whoever has seen a process end by that finds it counted, for as long as the group
 * is there; the engine tells later, and may miss it. Thread-safe.
 */
final class MemoryKills {
    private static final String COUNT = "oom_kill ";

    private final Vertx vertx;
    private final Path root;
    private final String file;

    /** @param cgroups where control groups are mounted: {@code /sys/fs/cgroup} */
    MemoryKills(Vertx vertx, Path cgroups, boolean v1) {
        this.vertx = vertx;
        this.root = v1 ? cgroups.resolve("memory") : cgroups;
        this.file = v1 ? "memory.oom_control" : "memory.events";
    }

    /**
     * Does not fail.
     *
     * @param containerId the engine's own id, 64 digits
     * @return false also where the group cannot be read, or is gone
     */
    Future<Boolean> any(String containerId) {
        return vertx.executeBlocking(() -> counted(containerId), false).otherwise(false);
    }

    private boolean counted(String containerId) throws IOException {
        for (Path group : ControlGroups.places(root, containerId)) {
            Path counts = group.resolve(file);
            if (Files.isReadable(counts)) {
                return Files.readAllLines(counts).stream()
                        .filter(line -> line.startsWith(COUNT))
                        .anyMatch(
                                line -> !line.substring(COUNT.length()).strip().equals("0"));
            }
        }
        return false;
    }
}
