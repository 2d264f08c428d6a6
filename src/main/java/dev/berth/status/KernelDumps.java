package dev.berth.status;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Counts the kernel dumps on disk. */
final class KernelDumps {
    private final Vertx vertx;
    private final @Nullable Path folder;

    KernelDumps(Vertx vertx, @Nullable Path folder) {
        this.vertx = vertx;
        this.folder = folder;
    }

    /** Entries of the folder now; 0 if there is none or it cannot be read. */
    Future<Integer> count() {
        if (folder == null) {
            return Future.succeededFuture(0);
        }
        return vertx.fileSystem()
                .readDir(folder.toString())
                .map(entries -> entries.size())
                .otherwise(0);
    }
}
