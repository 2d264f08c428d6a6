package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runner port.
 *
 * @param host address to listen on
 * @param port TCP port; 0: any free one
 * @param maxMessageBytes largest message accepted
 * @param connectionWindowBytes HTTP/2 window of a connection
 * @param streamWindowBytes HTTP/2 window of a call whose body is being read
 * @param maxConcurrentStreams streams one connection may have open
 * @param responseFrameBytes largest piece of a body sent in one message
 * @param allow networks that may connect, as address or address/prefix; none: all
 * @param limits what clients may hold
 * @param tls null: cleartext
 */
public record GrpcConfig(
        String host,
        int port,
        int maxMessageBytes,
        int connectionWindowBytes,
        int streamWindowBytes,
        int maxConcurrentStreams,
        int responseFrameBytes,
        List<String> allow,
        Limits limits,
        @Nullable Tls tls) {
    public GrpcConfig {
        new Problems()
                .require(
                        streamWindowBytes <= connectionWindowBytes,
                        "grpc.streamWindow",
                        ByteSizes.print(streamWindowBytes),
                        "at most grpc.connectionWindow = " + ByteSizes.print(connectionWindowBytes))
                .require(
                        limits.budgetBytes() >= 2L * maxMessageBytes,
                        "grpc.budget",
                        ByteSizes.print(limits.budgetBytes()),
                        "at least twice grpc.maxMessage = " + ByteSizes.print(maxMessageBytes))
                .throwIfAny();
    }

    /**
     * What all clients together may hold.
     *
     * @param budgetBytes memory for what is kept for clients
     * @param maxConnections connections open at once
     * @param openTimeout how long a connection may take to speak HTTP/2, and a stream to send its call
     */
    public record Limits(long budgetBytes, int maxConnections, Duration openTimeout) {}

    /**
     * TLS from PEM files.
     *
     * @param clientAuthority clients must show a certificate signed by it; null: clients need none
     * @param reloadInterval how often the files are looked at for changes; zero or less: never
     */
    public record Tls(Path certificate, Path key, @Nullable Path clientAuthority, Duration reloadInterval) {}
}
