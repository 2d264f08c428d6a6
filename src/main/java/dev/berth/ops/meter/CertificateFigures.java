package dev.berth.ops.meter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;

/** When certificates expire, from their files as they are now. Read when metrics are written, on that thread. */
final class CertificateFigures {
    CertificateFigures(Meters meters, Map<String, Path> files) {
        files.forEach((port, file) -> meters.gauge(
                "berth.certificate.expiry.timestamp",
                "When the certificate of a port expires, in seconds since 1970.",
                "seconds",
                () -> expiry(file),
                "port",
                port));
    }

    /** Of the first one of a chain; not a number: it cannot be read. */
    private static double expiry(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return certificate.getNotAfter().toInstant().getEpochSecond();
        } catch (IOException | CertificateException unreadable) {
            return Double.NaN;
        }
    }
}
