package dev.berth.engine.docker;

import dev.berth.engine.Usage;
import dev.berth.engine.UsageMeter;
import dev.berth.error.Descriptors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the control groups of containers to measure what they use, where the engine runs on this machine and we may
 * read them.
 *
 * <p>Version 1 is read on the caller's thread: its counters are numbers in the kernel's memory, and reading them waits
 * for nobody. In version 2 the processor time is first gathered from all processors under a lock that others may hold for
 * milliseconds, so that a thread kept for this reads it. Files are opened and closed by that thread in either.
 * Thread-safe.
 */
public final class ControlGroupMeters {
    private static final Logger LOG = LoggerFactory.getLogger(ControlGroupMeters.class);

    private final WorkerExecutor files;
    private final Path cgroups;
    private final boolean v1;
    private final AtomicBoolean saidWhy = new AtomicBoolean();

    /** @param cgroups where control groups are mounted: {@code /sys/fs/cgroup} */
    ControlGroupMeters(Vertx vertx, Path cgroups, boolean v1) {
        this.files = vertx.createSharedWorkerExecutor("berth-usage", 1);
        this.cgroups = cgroups;
        this.v1 = v1;
    }

    /** Whether calls can be measured here; for people who want to know before a start. */
    public enum Reach {
        READABLE,
        DENIED,
        /** No container has run there since the machine started, or the groups are elsewhere or not mounted. */
        NOT_FOUND
    }

    /** Judges by the groups that containers' groups are made in. Blocking. */
    public static Reach reach(Path cgroups, boolean v1) {
        Reach reach = Reach.NOT_FOUND;
        for (Path parent : ControlGroups.parents(v1 ? cgroups.resolve("cpuacct") : cgroups)) {
            Path file = parent.resolve(v1 ? "cpuacct.usage" : "cpu.stat");
            if (Files.isReadable(file)) {
                return Reach.READABLE;
            }
            if (Files.exists(file)) {
                reach = Reach.DENIED;
            }
        }
        return reach;
    }

    /**
     * Does not fail: what cannot be opened is not measured, be it for want of a file descriptor.
     *
     * @param containerId the engine's own id, 64 digits, of a container that has started
     * @param limited whether it has a processor limit
     */
    Future<UsageMeter> open(String containerId, boolean limited) {
        return files.executeBlocking(() -> find(containerId, limited), false)
                .<UsageMeter>map(found -> found == null ? UsageMeter.NONE : new Open(found))
                .otherwise(UsageMeter.NONE);
    }

    private @Nullable ControlGroupMeter find(String containerId, boolean limited) {
        try {
            ControlGroupMeter found = ControlGroupMeter.open(cgroups, v1, containerId, limited);
            if (found == null) {
                sayWhy("there is no control group of a container at " + cgroups);
            }
            return found;
        } catch (IOException failure) {
            if (!Descriptors.exhausted(failure)) {
                sayWhy(String.valueOf(failure));
            }
            return null;
        }
    }

    /** Once: what holds for one container holds for all. */
    private void sayWhy(String reason) {
        if (saidWhy.compareAndSet(false, true)) {
            LOG.atInfo()
                    .addKeyValue("reason", reason)
                    .log("processor time and memory of calls cannot be measured here");
        }
    }

    Future<Void> close() {
        return files.close();
    }

    private final class Open implements UsageMeter {
        private final ControlGroupMeter meter;

        Open(ControlGroupMeter meter) {
            this.meter = meter;
        }

        @Override
        public Future<Usage> read(boolean anew) {
            return v1
                    ? Future.succeededFuture(meter.read(anew))
                    : files.executeBlocking(() -> meter.read(anew), false).otherwise(Usage.UNKNOWN);
        }

        @Override
        public Future<Void> close() {
            return files.<Void>executeBlocking(
                            () -> {
                                meter.close();
                                return null;
                            },
                            false)
                    .otherwiseEmpty();
        }
    }
}
