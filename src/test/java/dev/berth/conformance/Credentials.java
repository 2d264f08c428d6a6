package dev.berth.conformance;

import dev.berth.port.TestCertificates;
import dev.berth.port.TestCertificates.Identity;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Certificates of a runner and of its clients, made anew for each run. The runner's own files can be changed. */
final class Credentials {
    private static final Path FOLDER = RunnerProcess.FOLDER.resolve("tls");
    static final Path CERTIFICATE = FOLDER.resolve("server.crt");
    static final Path KEY = FOLDER.resolve("server.key");
    static final Path AUTHORITY = FOLDER.resolve("clients.crt");

    private final TestCertificates authority = new TestCertificates(FOLDER, "authority");
    private final TestCertificates otherAuthority = new TestCertificates(FOLDER, "other-authority");
    final Identity first = authority.issue("runner-1");
    final Identity second = authority.issue("runner-2");
    final Identity client = authority.issue("balancer");
    final Identity expired = authority.issue("late", Instant.now().minus(Duration.ofDays(1)));
    final Identity foreign = otherAuthority.issue("stranger");

    private Credentials() {}

    /** Those of a runner that is to start. */
    static Credentials issue() {
        try {
            Files.createDirectories(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Credentials credentials = new Credentials();
        credentials.install(credentials.first);
        credentials.trust(false);
        return credentials;
    }

    Path authority() {
        return authority.authority;
    }

    void install(Identity server) {
        install(server.certificate(), server.key());
    }

    /** They need not fit together. */
    void install(Path certificate, Path key) {
        replace(CERTIFICATE, certificate);
        replace(KEY, key);
    }

    /** Whether clients of the other authority are to be served too. */
    void trust(boolean foreigners) {
        try {
            Path trusted = FOLDER.resolve("trusted.crt");
            String own = Files.readString(authority.authority);
            Files.writeString(trusted, foreigners ? own + Files.readString(otherAuthority.authority) : own);
            replace(AUTHORITY, trusted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No file is seen half written. */
    private static void replace(Path file, Path by) {
        try {
            Path fresh = Files.copy(by, FOLDER.resolve("fresh"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpClientOptions balancer() {
        return options(client);
    }

    /** @param client null: shows no certificate */
    HttpClientOptions options(@Nullable Identity client) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.authority.toString()));
        if (client != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertPath(client.certificate().toString())
                    .addKeyPath(client.key().toString()));
        }
        return options;
    }
}
