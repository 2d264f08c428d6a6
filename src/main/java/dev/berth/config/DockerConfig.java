package dev.berth.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The container engine.
 *
 * @param host {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
 * @param tlsVerify use TLS for a tcp host
 * @param certPath folder of cert.pem, key.pem and ca.pem
 * @param labelTag value of the label {@code fn-agent-classifier}; null: that label is left out
 * @param networks networks containers are spread over; empty: the engine's default
 * @param auth registry credentials, a Docker configuration document; null: {@code config.json} of {@code configFolder}
 * @param configFolder where {@code config.json} is looked for; null: none
 * @param loadFile image archive loaded before anything is served
 * @param enableVolume accept images that declare volumes
 * @param readOnlyRoot read-only root file system
 * @param unprivileged uid 1000, no capabilities, no new privileges
 * @param maxPids 0: no limit
 * @param maxFsSizeMiB size of the writable layer; 0: no limit
 * @param maxTmpfsInodes inodes of /tmp; 0: no limit
 * @param ulimits soft and hard limits
 * @param imageCleanMaxBytes high-water mark of images kept; 0: never cleaned
 * @param imageCleanExempt image tags never cleaned
 * @param prefork containers whose network name space functions join
 */
public record DockerConfig(
        String host,
        boolean tlsVerify,
        @Nullable Path certPath,
        @Nullable String labelTag,
        List<String> networks,
        @Nullable Secret auth,
        @Nullable Path configFolder,
        @Nullable Path loadFile,
        boolean enableVolume,
        boolean readOnlyRoot,
        boolean unprivileged,
        int maxPids,
        long maxFsSizeMiB,
        long maxTmpfsInodes,
        Ulimits ulimits,
        long imageCleanMaxBytes,
        Set<String> imageCleanExempt,
        Prefork prefork) {
    public DockerConfig {
        networks = List.copyOf(networks);
        imageCleanExempt = Set.copyOf(imageCleanExempt);
    }

    /** Files; bytes; count; bytes. Negative: not set, the engine's own limit. 0 is a limit. */
    public record Ulimits(long openFiles, long lockedMemory, long pendingSignals, long messageQueue) {}

    /**
     * @param poolSize 0: off; {@link #AUTO}: as many as cold starts need, of our own image, each for one use
     * @param useOnce a placeholder serves one container and is then replaced
     */
    public record Prefork(int poolSize, String image, String command, boolean useOnce, List<String> networks) {
        public static final int AUTO = -1;

        public Prefork {
            networks = List.copyOf(networks);
        }
    }
}
