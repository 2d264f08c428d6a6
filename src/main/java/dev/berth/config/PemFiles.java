package dev.berth.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate, its key and the authority that signed it fit together now. The TLS library does not ask: it
 * would take them over and fail every handshake later. Blocks on files.
 */
final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final byte[] TEXT = "does this key belong to this certificate".getBytes(StandardCharsets.US_ASCII);

    private PemFiles() {}

    /** Throws ConfigException for the first thing that is wrong. */
    static void check(ClusterConfig.Tls tls) {
        List<X509Certificate> chain = certificates("cluster.tls.certificate", tls.certificate());
        List<X509Certificate> authorities = certificates("cluster.tls.authority", tls.authority());
        PrivateKey key = key(tls.key(), chain.get(0));
        authorities.forEach(one -> checkTime("cluster.tls.authority", tls.authority(), one));
        chain.forEach(one -> checkTime("cluster.tls.certificate", tls.certificate(), one));
        require(
                key != null && belongs(key, chain.get(0).getPublicKey()),
                "cluster.tls.key",
                tls.key(),
                "the private key, PKCS#8 in PEM, of cluster.tls.certificate = " + tls.certificate());
        require(
                isSigned(chain, authorities),
                "cluster.tls.certificate",
                tls.certificate(),
                "signed by cluster.tls.authority = " + tls.authority());
    }

    private static void require(boolean holds, String key, Path file, String allowed) {
        new Problems().require(holds, key, file, allowed).throwIfAny();
    }

    private static List<X509Certificate> certificates(String key, Path file) {
        List<X509Certificate> certificates = List.of();
        try (InputStream in = Files.newInputStream(file)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException | GeneralSecurityException unusable) {
            // Told below.
        }
        require(!certificates.isEmpty(), key, file, "a PEM file with a certificate");
        return certificates;
    }

    private static void checkTime(String key, Path file, X509Certificate certificate) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            require(
                    false,
                    key,
                    file,
                    "valid now; it expired at " + certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException e) {
            require(
                    false,
                    key,
                    file,
                    "valid now; it is so from " + certificate.getNotBefore().toInstant());
        }
    }

    private static @Nullable PrivateKey key(Path file, X509Certificate certificate) {
        try {
            Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
            if (!pem.find()) {
                return null;
            }
            byte[] content = Base64.getMimeDecoder().decode(pem.group(1));
            return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(content));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            return null;
        }
    }

    private static boolean belongs(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(TEXT);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certified);
            verifying.update(TEXT);
            return verifying.verify(signature);
        } catch (GeneralSecurityException unusable) {
            return false;
        }
    }

    private static boolean isSigned(List<X509Certificate> chain, List<X509Certificate> authorities) {
        Set<TrustAnchor> anchors =
                authorities.stream().map(one -> new TrustAnchor(one, null)).collect(Collectors.toSet());
        List<X509Certificate> path = new ArrayList<>(chain);
        path.removeAll(authorities);
        try {
            CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
            return !path.isEmpty();
        } catch (GeneralSecurityException notSigned) {
            return false;
        }
    }
}
