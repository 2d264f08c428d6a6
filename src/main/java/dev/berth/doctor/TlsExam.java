package dev.berth.doctor;

import dev.berth.config.ClusterConfig;
import dev.berth.config.GrpcConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.port.KeyPairCheck;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Certificates and keys: whether they can be used, for how long, and who may read the keys. */
final class TlsExam {
    private static final long DAYS_LEFT = 30;
    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    private final Vertx vertx;
    private final Clock clock;

    TlsExam(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    List<Finding> examine(RunnerConfig config) {
        List<Finding> found = new ArrayList<>();
        GrpcConfig.Tls port = config.grpc().tls();
        if (port == null) {
            found.add(cleartext(config.grpc()));
        } else {
            found.addAll(examine("grpc", port.certificate(), port.key(), port.clientAuthority()));
        }
        GrpcConfig.Tls operations = config.http().tls();
        if (config.http().on() && operations != null) {
            found.addAll(examine("http", operations.certificate(), operations.key(), operations.clientAuthority()));
        }
        if (config.cluster().enabled() && config.cluster().tls() != null) {
            found.addAll(examine(
                    "cluster",
                    config.cluster().tls().certificate(),
                    config.cluster().tls().key(),
                    config.cluster().tls().authority()));
        }
        return found;
    }

    private static Finding cleartext(GrpcConfig config) {
        return config.allow().isEmpty() && !ClusterConfig.isLoopback(config.host())
                ? Finding.warn(
                        "tls grpc",
                        "the runner port is cleartext: whoever reaches it can run functions",
                        "set grpc.tls.certificate, .key and .clientAuthority, or let only balancers in by grpc.allow")
                : Finding.ok("tls grpc", "the runner port is cleartext, for this machine or grpc.allow only");
    }

    private List<Finding> examine(String port, Path certificate, Path key, @Nullable Path authority) {
        List<Finding> found = new ArrayList<>();
        try {
            PemKeyCertOptions pair = new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(Files.readAllBytes(certificate)))
                    .addKeyValue(Buffer.buffer(Files.readAllBytes(key)));
            KeyPairCheck.check(vertx, pair);
            found.add(life("tls " + port, certificate));
        } catch (Exception unusable) {
            found.add(Finding.fail(
                    "tls " + port,
                    certificate + " and " + key + " cannot be used: " + unusable.getMessage(),
                    "give " + port + ".tls.certificate and .key PEM files that belong together"));
        }
        if (isOpen(key)) {
            found.add(Finding.warn(
                    "tls " + port, "other users may read or change " + key, "chmod 0640 " + key + ", or 0600"));
        }
        if (authority != null) {
            found.add(lifeOfAuthority("tls " + port, authority));
        }
        return found;
    }

    private Finding lifeOfAuthority(String check, Path authority) {
        try {
            return life(check, authority);
        } catch (IOException | CertificateException unusable) {
            return Finding.fail(
                    check,
                    authority + " cannot be used: " + unusable.getMessage(),
                    "give it as certificates in a PEM file");
        }
    }

    /** By the certificate of the file that ends first. */
    private Finding life(String check, Path file) throws IOException, CertificateException {
        Instant now = clock.instant();
        Instant end = Instant.MAX;
        for (Certificate each : certificates(file)) {
            X509Certificate certificate = (X509Certificate) each;
            if (certificate.getNotBefore().toInstant().isAfter(now)) {
                return Finding.warn(
                        check,
                        file + " counts only from " + certificate.getNotBefore().toInstant() + " on",
                        "see that this machine's clock is right");
            }
            Instant last = certificate.getNotAfter().toInstant();
            end = last.isBefore(end) ? last : end;
        }
        if (end.isBefore(now)) {
            return Finding.warn(check, file + " has expired at " + end, "renew it: nobody will connect");
        }
        long days = Duration.between(now, end).toDays();
        return days < DAYS_LEFT
                ? Finding.warn(check, file + " ends in " + days + " days", "renew it; the running port takes it over")
                : Finding.ok(check, file + " has " + days + " days left");
    }

    private static List<Certificate> certificates(Path file) throws IOException, CertificateException {
        try (InputStream bytes = Files.newInputStream(file)) {
            List<Certificate> found =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(bytes));
            if (found.isEmpty()) {
                throw new CertificateException("there is no certificate in it");
            }
            return found;
        }
    }

    private static boolean isOpen(Path file) {
        try {
            return Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains);
        } catch (IOException unreadable) {
            return false;
        }
    }
}
