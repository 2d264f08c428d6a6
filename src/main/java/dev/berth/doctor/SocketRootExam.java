package dev.berth.doctor;

import dev.berth.config.SocketTmpfs;
import dev.berth.config.WorkerConfig;
import dev.berth.engine.InstanceDirectory;
import dev.berth.engine.docker.EngineVisit;
import dev.berth.engine.docker.SocketPaths;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder for functions' sockets: a runner's own folder is made there, shown to the engine, and removed. */
final class SocketRootExam {
    private static final String CHECK = "socket root";

    private final Vertx vertx;
    private final WorkerConfig config;

    SocketRootExam(Vertx vertx, WorkerConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** @param engine null: none that has to see the folder */
    Future<List<Finding>> examine(@Nullable EngineVisit engine) {
        Path root = config.socketRoot();
        if (!Files.exists(root)) {
            return Future.succeededFuture(List.of(Finding.ok(CHECK, root + " is not there yet; the start makes it")));
        }
        return vertx.executeBlocking(() -> InstanceDirectory.open(root), false)
                .compose(trial -> look(trial, engine).eventually(() -> closed(trial)))
                .otherwise(refused -> List.of(Finding.fail(
                        CHECK,
                        String.valueOf(refused.getMessage()),
                        "set worker.socketRoot to a folder of this user's, such as /run/berth")));
    }

    private Future<List<Finding>> look(InstanceDirectory trial, @Nullable EngineVisit engine) {
        if (engine == null) {
            return Future.succeededFuture(List.of(Finding.ok(CHECK, trial.root() + " can be used")));
        }
        SocketPaths paths = new SocketPaths(trial.root(), config.engineSocketRoot());
        return engine.sees(paths.onEngineHost(trial.path()))
                .compose(seen -> vertx.executeBlocking(() -> judge(trial, seen), false));
    }

    private List<Finding> judge(InstanceDirectory trial, boolean seen) throws IOException {
        if (!seen) {
            return List.of(Finding.fail(
                    CHECK,
                    "the engine does not see " + trial.root() + ": no function's socket would be found",
                    "set worker.socketRoot to a folder that both see, such as /run/berth and no private /tmp, or"
                            + " worker.engineSocketRoot to its path on the engine's host"));
        }
        List<Finding> found = new ArrayList<>();
        found.add(Finding.ok(CHECK, trial.root() + " can be used, and the engine sees it"));
        if (config.socketTmpfs() == SocketTmpfs.OFF && !hasOwnFileSystem(trial.root())) {
            found.add(Finding.warn(
                    "socket disk",
                    "functions can fill the file system of " + trial.root() + " by what they write to /tmp/iofs",
                    "mount a small file system there, or leave worker.socketTmpfs at auto where the runner may mount"));
        }
        return found;
    }

    private static boolean hasOwnFileSystem(Path root) throws IOException {
        Path parent = root.getParent();
        return parent != null && !Files.getAttribute(root, "unix:dev").equals(Files.getAttribute(parent, "unix:dev"));
    }

    private Future<Void> closed(InstanceDirectory trial) {
        return vertx.executeBlocking(
                () -> {
                    trial.close();
                    return null;
                },
                false);
    }
}
