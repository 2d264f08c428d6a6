package dev.berth.worker;

import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the socket that one container made. What a function shows as its socket it can swap at any time,
 * for a link to a socket of the host too; so that is never connected to. The socket found there gets a second
 * name, a hard link, in the runner's part of the container's directory, where the function cannot come.
 * Linking follows no symbolic link, and the function cannot bring a foreign socket into its own mount, so the
 * second name is that of a socket which this container made, whatever the function does meanwhile.
 *
 * <p>Where a foreign socket may not be linked (a runner without root's rights, file systems without links)
 * the socket is moved to the second name. Thread-safe.
 */
final class FunctionSocket {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionSocket.class);

    private static final String PREFIX = "s";
    private static final Pattern PINNED = Pattern.compile(PREFIX + "[0-9]{1,9}");

    private final Vertx vertx;
    private final SocketDirectory directory;
    private final AtomicInteger names = new AtomicInteger();
    private final AtomicReference<@Nullable Pin> current = new AtomicReference<>();

    /** @param key tells the socket from any other while it exists */
    private record Pin(Path path, Object key) {}

    FunctionSocket(Vertx vertx, SocketDirectory directory) {
        this.vertx = vertx;
        this.directory = directory;
    }

    /**
     * The way to the socket of a container that another runner has left. Blocking.
     *
     * @param name of the pinned socket
     * @param inode of it
     * @throws IOException if there is no such socket any more
     */
    static FunctionSocket found(Vertx vertx, SocketDirectory directory, String name, long inode) throws IOException {
        FunctionSocket socket = new FunctionSocket(vertx, directory);
        Path own = directory.home().resolve(name);
        if (!PINNED.matcher(name).matches() || !SocketCheck.isSocket(own) || inode(own) != inode) {
            throw new IOException("the socket is not the one that was left");
        }
        socket.names.set(Integer.parseInt(name.substring(PREFIX.length())));
        socket.current.set(new Pin(own, key(own)));
        return socket;
    }

    /** The path of the socket that is pinned, whatever the function shows; fails if none is. */
    Path pinned() {
        return usable(current.get());
    }

    /** Blocking. */
    static long inode(Path entry) throws IOException {
        return (Long) Files.getAttribute(entry, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The path to connect to now: that of the socket the function shows now, or if it shows none, of the one it
     * showed last. To be asked for before each connect, and once more after a connect that failed: if the path is
     * another one then, the function has made its socket anew. Completes on the caller's context; fails with
     * {@link ErrorCode#INIT_FAILED} if the function never showed a good socket, or with
     * {@link ErrorCode#SOCKET_DIRECTORY}.
     */
    Future<Path> locate() {
        return vertx.executeBlocking(this::find, false);
    }

    /** As {@link #locate()}, at once. Blocking. */
    Path find() {
        Pin pinned = current.get();
        Path shown = SocketCheck.find(directory.path(), SocketWatcher.SOCKET);
        try {
            if (shown == null || (pinned != null && pinned.key().equals(key(shown)))) {
                return usable(pinned);
            }
            Pin made = pin(shown);
            return made == null ? usable(pinned) : replace(pinned, made);
        } catch (NoSuchFileException swapped) {
            return usable(pinned);
        } catch (IOException failure) {
            throw ErrorCode.SOCKET_DIRECTORY.hiding("cannot pin a function's socket: " + failure.getMessage());
        }
    }

    private static Path usable(@Nullable Pin pinned) {
        if (pinned == null) {
            throw ErrorCode.INIT_FAILED.exception();
        }
        return pinned.path();
    }

    /** Null if the entry has become something else meanwhile. */
    private @Nullable Pin pin(Path shown) throws IOException {
        Path own = directory.home().resolve(PREFIX + names.incrementAndGet());
        try {
            Files.createLink(own, shown);
        } catch (NoSuchFileException swapped) {
            throw swapped;
        } catch (IOException | UnsupportedOperationException notPermitted) {
            Files.move(shown, own, StandardCopyOption.ATOMIC_MOVE);
        }
        // Only now can the function not swap it any more.
        if (SocketCheck.isSocket(own)) {
            return new Pin(own, key(own));
        }
        discard(own);
        return null;
    }

    /** A directory that was swapped in and moved goes with the container. */
    private static void discard(Path own) throws IOException {
        try {
            Files.deleteIfExists(own);
        } catch (DirectoryNotEmptyException swapped) {
            LOG.debug("no socket but a directory");
        }
    }

    private Path replace(@Nullable Pin old, Pin made) throws IOException {
        if (!current.compareAndSet(old, made)) {
            Files.deleteIfExists(made.path());
            return Objects.requireNonNull(current.get()).path();
        }
        if (old != null) {
            Files.deleteIfExists(old.path());
        }
        return made.path();
    }

    private static Object key(Path entry) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Objects.requireNonNull(attributes.fileKey(), "no inode numbers here");
    }
}
