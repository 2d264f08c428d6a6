package dev.berth.worker;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees functions' sockets appear, by one file watch for the whole process and without polling. One daemon
 * thread waits for events. Thread-safe.
 */
public final class SocketWatcher implements AutoCloseable {
    /** The name a function's socket appears under. */
    public static final String SOCKET = "lsnr.sock";

    private static final Logger LOG = LoggerFactory.getLogger(SocketWatcher.class);

    private final WatchService service;
    private final Map<WatchKey, Watch> watches = new ConcurrentHashMap<>();

    private SocketWatcher(WatchService service) {
        this.service = service;
    }

    public static SocketWatcher start() throws IOException {
        SocketWatcher watcher = new SocketWatcher(FileSystems.getDefault().newWatchService());
        Thread thread = new Thread(watcher::run, "socket-watcher");
        thread.setDaemon(true);
        thread.start();
        return watcher;
    }

    /**
     * Watches a directory until the socket's name first appears in it, created there or renamed to it. To be
     * called before the container exists. Blocking.
     *
     * @param appeared called at most once, on the watcher's thread or within this method
     */
    Watch watch(Path directory, Runnable appeared) throws IOException {
        WatchKey key = directory.register(service, StandardWatchEventKinds.ENTRY_CREATE);
        Watch watch = new Watch(key, directory, appeared);
        watches.put(key, watch);
        // An event between register and put found no watch; nothing else would look again.
        watch.look();
        return watch;
    }

    /** Directories watched now, for tests. */
    int watched() {
        return watches.size();
    }

    /** Ends the thread; watches are forgotten. */
    @Override
    public void close() throws IOException {
        service.close();
        watches.clear();
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                Watch watch = watches.get(key);
                for (WatchEvent<?> event : key.pollEvents()) {
                    if (watch != null) {
                        watch.on(event);
                    }
                }
                key.reset();
            }
        } catch (ClosedWatchServiceException closed) {
            LOG.debug("socket watcher closed");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One directory being watched. */
    final class Watch {
        private final WatchKey key;
        private final Path directory;
        private final Runnable appeared;
        private final AtomicBoolean over = new AtomicBoolean();

        private Watch(WatchKey key, Path directory, Runnable appeared) {
            this.key = key;
            this.directory = directory;
            this.appeared = appeared;
        }

        /** Stops watching. Idempotent; blocking. */
        void cancel() {
            over.set(true);
            watches.remove(key);
            key.cancel();
        }

        private void on(WatchEvent<?> event) {
            // After an overflow events are missing: look at the directory itself.
            if (event.kind() == StandardWatchEventKinds.OVERFLOW || SOCKET.equals(String.valueOf(event.context()))) {
                look();
            }
        }

        private void look() {
            if (Files.exists(directory.resolve(SOCKET), LinkOption.NOFOLLOW_LINKS) && over.compareAndSet(false, true)) {
                // Only the first appearance counts, and what else a function does there must not keep us busy.
                cancel();
                appeared.run();
            }
        }
    }
}
