package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Container life.
 *
 * @param freezeIdle idle time before a container is paused; zero: at once; negative: never
 * @param startTimeout from started to socket ready; no limit is a hundred years, which any timer takes
 * @param healthTimeout from started to an image's health check passed; no limit as above
 * @param keepAlive how long an idle connection to a function is kept; zero: closed after each call
 * @param maxResponseBytes limit of a response body; 0: none
 * @param maxResponseHeaderBytes limit of a response's header block
 * @param socketRoot parent of socket directories, as this process sees it
 * @param engineSocketRoot the same directory as the container engine's host sees it; null: the same path
 * @param socketTmpfs whether to mount a tmpfs on each socket directory
 * @param socketTmpfsOptions mount data of that tmpfs; what it does not say is small
 */
public record WorkerConfig(
        Duration freezeIdle,
        Duration startTimeout,
        Duration healthTimeout,
        Duration keepAlive,
        long maxResponseBytes,
        int maxResponseHeaderBytes,
        Path socketRoot,
        @Nullable Path engineSocketRoot,
        SocketTmpfs socketTmpfs,
        String socketTmpfsOptions) {}
