package dev.berth.port;

import dev.berth.config.GrpcConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port's certificates. Looked at from time to time; when a file has changed, new connections get
 * the new certificates and those that are open stay. Files that cannot be read or do not fit together are passed
 * over until they do, with a warning for each change of them once they have been found so twice: at a single look they
 * may be half written.
 */
public final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    private final Vertx vertx;
    private final GrpcConfig.Tls files;
    private @Nullable Contents current;
    /** What the last look found wrong: contents that cannot be used, or why there are none; null: all was well. */
    private @Nullable Object problem;

    private boolean warned;

    /** @param authority null: clients need no certificate */
    private record Contents(
            Buffer certificate, Buffer key, @Nullable Buffer authority) {}

    public TlsFiles(Vertx vertx, GrpcConfig.Tls files) {
        this.vertx = vertx;
        this.files = files;
    }

    /** Puts the certificates into the options a server is made with. Fails when files cannot be used. */
    public Future<HttpServerOptions> apply(HttpServerOptions options) {
        return contents().compose(this::checked).map(contents -> {
            current = contents;
            options.setKeyCertOptions(pair(contents))
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setEnabledSecureTransportProtocols(PROTOCOLS)
                    .setClientAuth(clientAuth(contents));
            if (contents.authority != null) {
                options.setTrustOptions(trust(contents.authority));
            }
            return options;
        });
    }

    /** Keeps a listening server's certificates up to date for as long as the current context lives. */
    public void watch(HttpServer server) {
        long millis = files.reloadInterval().toMillis();
        if (millis > 0) {
            vertx.setPeriodic(millis, tick -> reload(server));
        }
    }

    /** Takes over changed files. Whether there were any; fails, each time, while they cannot be used. */
    Future<Boolean> reload(HttpServer server) {
        return contents()
                .onFailure(unreadable -> warn(String.valueOf(unreadable.getMessage()), unreadable))
                .compose(contents -> takeOver(server, contents).onFailure(unusable -> warn(contents, unusable)));
    }

    private Future<Boolean> takeOver(HttpServer server, Contents contents) {
        if (contents.equals(current)) {
            problem = null;
            return Future.succeededFuture(false);
        }
        return checked(contents)
                .compose(good -> server.updateSSLOptions(options(contents)))
                .map(done -> {
                    current = contents;
                    problem = null;
                    LOG.info("new TLS certificates are in use");
                    return true;
                });
    }

    private void warn(Object found, Throwable why) {
        if (!found.equals(problem)) {
            problem = found;
            warned = false;
        } else if (!warned) {
            warned = true;
            LOG.atWarn().log("TLS files cannot be used, the earlier ones stay in use: {}", why.getMessage());
        }
    }

    private Future<Contents> contents() {
        Future<@Nullable Buffer> authority = files.clientAuthority() == null
                ? Future.succeededFuture()
                : read(files.clientAuthority()).map(bytes -> bytes);
        return read(files.certificate())
                .compose(certificate -> read(files.key())
                        .compose(key -> authority.map(trusted -> new Contents(certificate, key, trusted))));
    }

    private Future<Contents> checked(Contents contents) {
        return vertx.executeBlocking(() -> {
            KeyPairCheck.check(vertx, pair(contents));
            return contents;
        });
    }

    private Future<Buffer> read(Path file) {
        return vertx.fileSystem().readFile(file.toString());
    }

    private static ServerSSLOptions options(Contents contents) {
        ServerSSLOptions options = new ServerSSLOptions();
        options.setUseAlpn(true)
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setClientAuth(clientAuth(contents))
                .setKeyCertOptions(pair(contents));
        if (contents.authority != null) {
            options.setTrustOptions(trust(contents.authority));
        }
        return options;
    }

    private static ClientAuth clientAuth(Contents contents) {
        return contents.authority == null ? ClientAuth.NONE : ClientAuth.REQUIRED;
    }

    private static PemKeyCertOptions pair(Contents contents) {
        return new PemKeyCertOptions().addCertValue(contents.certificate).addKeyValue(contents.key);
    }

    private static PemTrustOptions trust(Buffer authority) {
        return new PemTrustOptions().addCertValue(authority);
    }
}
