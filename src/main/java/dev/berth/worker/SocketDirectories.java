package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.engine.Engine;
import dev.berth.engine.Mounts;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the directories that functions' sockets appear in: one per container, below this runner instance's
 * own directory. Names are short, for a Unix socket's path may have 107 bytes. Every method blocks; thread-safe.
 */
public final class SocketDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(SocketDirectories.class);
    private static final int LONGEST_PATH = 107;
    /** Room for a socket, links to it, and little else. Options that come later count more. */
    private static final String SMALL = "size=1m,nr_inodes=64";

    private static final FileAttribute<Set<PosixFilePermission>> RUNNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path parent;
    private final @Nullable String tmpfsOptions;
    private final Queue<SocketDirectory> unremoved = new ConcurrentLinkedQueue<>();
    private final AtomicLong counter = new AtomicLong();

    /** @param tmpfsOptions of a tmpfs to be mounted on each; null: none */
    SocketDirectories(Path parent, @Nullable String tmpfsOptions) {
        this.parent = parent.toAbsolutePath();
        this.tmpfsOptions = tmpfsOptions == null ? null : SMALL + (tmpfsOptions.isEmpty() ? "" : "," + tmpfsOptions);
    }

    /**
     * With or without a tmpfs on each, as the configuration says and this machine allows, which is tried out.
     * Fails if there must be one and cannot.
     *
     * @param parent the instance's directory, below {@link WorkerConfig#socketRoot()}
     */
    public static Future<SocketDirectories> open(Vertx vertx, Path parent, WorkerConfig config, Engine engine) {
        SocketDirectories plain = new SocketDirectories(parent, null);
        SocketDirectories mounted = new SocketDirectories(parent, config.socketTmpfsOptions());
        return switch (config.socketTmpfs()) {
            case OFF -> Future.succeededFuture(plain.unlimited(engine, "worker.socketTmpfs is off"));
            case ON ->
                mounted.tried(vertx, engine)
                        .recover(why -> Future.failedFuture(ErrorCode.SOCKET_DIRECTORY.hiding(
                                "worker.socketTmpfs is on, but " + why.getMessage())));
            case AUTO ->
                engine.isolated()
                        ? mounted.tried(vertx, engine)
                                .otherwise(why -> plain.unlimited(engine, String.valueOf(why.getMessage())))
                        : Future.succeededFuture(plain);
        };
    }

    private Future<SocketDirectories> tried(Vertx vertx, Engine engine) {
        return vertx.executeBlocking(this::create, false)
                .compose(trial -> engine.sees(trial.path())
                        .eventually(() -> vertx.executeBlocking(() -> removed(trial), false))
                        .compose(seen -> seen
                                ? Future.succeededFuture(this)
                                : Future.failedFuture("the container engine does not see what this process mounts")));
    }

    private static @Nullable Void removed(SocketDirectory trial) {
        trial.remove();
        return null;
    }

    private SocketDirectories unlimited(Engine engine, String why) {
        if (engine.isolated()) {
            LOG.atWarn()
                    .addKeyValue("directory", parent)
                    .addKeyValue("reason", why)
                    .log("*** NO LIMIT *** what functions write to their /tmp/iofs goes to this machine's disk,"
                            + " and one of them can fill it for all");
        }
        return this;
    }

    /** Makes a fresh directory. Fails with {@link ErrorCode#SOCKET_DIRECTORY}; nothing is left then. */
    SocketDirectory create() {
        String name = Long.toString(counter.incrementAndGet(), Character.MAX_RADIX);
        SocketDirectory directory = new SocketDirectory(parent.resolve(name), tmpfsOptions != null);
        checkLength(directory.path());
        removeLeftOver();
        try {
            Files.createDirectory(directory.home(), RUNNER_ONLY);
            if (tmpfsOptions != null) {
                Mounts.tmpfs(directory.home(), tmpfsOptions);
            }
            Files.createDirectory(directory.path(), RUNNER_ONLY);
            // The function runs as another user. Set by name, for the umask cuts what create is given.
            Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxrwxrwx"));
            return directory;
        } catch (IOException | RuntimeException failure) {
            throw failed(directory, failure);
        }
    }

    /** What lacks a file descriptor now may have one when the next directory is made. */
    private void removeLeftOver() {
        SocketDirectory leftOver = unremoved.poll();
        if (leftOver == null) {
            return;
        }
        try {
            leftOver.remove();
        } catch (RunnerException stays) {
            LOG.atWarn().addKeyValue("reason", stays.getMessage()).log("socket directory stays for now");
            unremoved.add(leftOver);
        }
    }

    private static void checkLength(Path path) {
        int length = path.resolve(SocketWatcher.SOCKET).toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw ErrorCode.SOCKET_DIRECTORY.hiding("socket path of %d bytes in %s; a Unix socket's path may have %d"
                    .formatted(length, path, LONGEST_PATH));
        }
    }

    private RunnerException failed(SocketDirectory directory, Exception failure) {
        unremoved.add(directory);
        removeLeftOver();
        String failed = "cannot make a socket directory";
        return ErrorCode.SOCKET_DIRECTORY.hiding(failed, failed + ": " + failure.getMessage());
    }
}
