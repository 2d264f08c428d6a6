package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The runner port.
 *
 * @param host address to listen on
 * @param port TCP port; 0: any free one
 * @param maxMessageBytes largest message accepted
 * @param connectionWindowBytes HTTP/2 window of a connection
 * @param streamWindowBytes HTTP/2 window of a stream
 * @param maxConcurrentStreams streams one connection may have open
 * @param responseFrameBytes largest piece of a body sent in one message
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
        @Nullable Tls tls) {
    public GrpcConfig {
        new Problems()
                .require(
                        streamWindowBytes <= connectionWindowBytes,
                        "grpc.streamWindow",
                        ByteSizes.print(streamWindowBytes),
                        "at most grpc.connectionWindow = " + ByteSizes.print(connectionWindowBytes))
                .throwIfAny();
    }

    /**
     * TLS from PEM files.
     *
     * @param clientAuthority clients must show a certificate signed by it; null: clients need none
     * @param reloadInterval how often the files are looked at for changes; zero or less: never
     */
    public record Tls(Path certificate, Path key, @Nullable Path clientAuthority, Duration reloadInterval) {}
}
