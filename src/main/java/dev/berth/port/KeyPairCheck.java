package dev.berth.port;

import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate and a key belong together. The TLS library does not ask: with a wrong key it would
 * take over the files and then fail every handshake.
 */
public final class KeyPairCheck {
    private static final String[] KEY_TYPES = {"RSA", "EC", "EdDSA", "RSASSA-PSS"};
    private static final byte[] TEXT = "does this key belong to this certificate".getBytes(StandardCharsets.US_ASCII);

    private KeyPairCheck() {}

    /** Fails with IllegalArgumentException unless they do. */
    public static void check(Vertx vertx, KeyCertOptions options) throws Exception {
        for (KeyManager manager : options.getKeyManagerFactory(vertx).getKeyManagers()) {
            if (manager instanceof X509KeyManager keys) {
                check(keys);
            }
        }
    }

    private static void check(X509KeyManager keys) throws GeneralSecurityException {
        String alias = alias(keys);
        if (alias == null) {
            throw new IllegalArgumentException("there is no certificate with a key that can be used");
        }
        if (!fit(keys.getPrivateKey(alias), keys.getCertificateChain(alias)[0].getPublicKey())) {
            throw new IllegalArgumentException("the private key does not belong to the certificate");
        }
    }

    private static @Nullable String alias(X509KeyManager keys) {
        for (String type : KEY_TYPES) {
            String[] aliases = keys.getServerAliases(type, null);
            if (aliases != null && aliases.length > 0) {
                return aliases[0];
            }
        }
        return null;
    }

    private static boolean fit(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(TEXT);
        byte[] signature = signing.sign();
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(certified);
        verifying.update(TEXT);
        return verifying.verify(signature);
    }
}
