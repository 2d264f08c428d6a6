package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The folder in which a function's socket appears, watched from before the function is started. */
final class SocketFolder implements AutoCloseable {
    private static final String SOCKET = "lsnr.sock";
    private static final long LIMIT_SECONDS = 60;

    private final Path folder;
    private final WatchService watch;

    private SocketFolder(Path folder, WatchService watch) {
        this.folder = folder;
        this.watch = watch;
    }

    static SocketFolder make() {
        try {
            Path folder = Files.createTempDirectory("bench");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            WatchService watch = folder.getFileSystem().newWatchService();
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            return new SocketFolder(folder, watch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return folder;
    }

    Path socket() {
        return folder.resolve(SOCKET);
    }

    /** Waits until the socket is there. */
    void await() {
        try {
            while (!appeared()) {
                continue;
            }
            watch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean appeared() throws InterruptedException {
        WatchKey key = watch.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (key == null) {
            throw new IllegalStateException("no socket in " + folder + " within " + LIMIT_SECONDS + " s");
        }
        List<WatchEvent<?>> events = key.pollEvents();
        key.reset();
        return events.stream().anyMatch(event -> String.valueOf(event.context()).equals(SOCKET));
    }

    @Override
    public void close() throws IOException {
        watch.close();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
