package dev.berth.cli;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command talks to a runner. */
abstract class ConnectionOptions {
    private static final long BLOCKED_CHECK_MILLIS = 3_600_000;

    @Option(names = "--tls", description = "Use TLS. The other TLS options imply it.")
    private boolean tls;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "PEM file of what signed the runner's certificate; otherwise the system's authorities.")
    private @Nullable Path authority;

    @Option(names = "--cert", paramLabel = "FILE", description = "PEM file of a certificate to show to the runner.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "PEM file of its private key.")
    private @Nullable Path key;

    @Option(names = "--insecure", description = "Accept any certificate of the runner.")
    private boolean insecure;

    abstract RunnerAddress address();

    EngageClient client(Vertx vertx) {
        return new EngageClient(vertx, address(), clientTls());
    }

    /** Null: cleartext. */
    @Nullable
    ClientTls clientTls() {
        boolean secure = tls || insecure || authority != null || certificate != null || key != null;
        return secure ? new ClientTls(authority, certificate, key, !insecure) : null;
    }

    /** What is wrong with the options together; null: nothing. */
    @Nullable
    String problem() {
        return (certificate == null) != (key == null) ? "--cert and --key need each other" : null;
    }

    /** One event loop, and no more threads than Vert.x insists on. */
    static Vertx vertx() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setPreferNativeTransport(true)
                // One call is no service: nobody needs to hear of a slow moment.
                .setBlockedThreadCheckInterval(BLOCKED_CHECK_MILLIS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }
}
