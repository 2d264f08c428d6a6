package dev.berth.port;

import static dev.berth.port.Der.oid;
import static dev.berth.port.Der.sequence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/** A certificate authority for tests. */
public final class TestCertificates {
    private static final AtomicLong SERIAL = new AtomicLong();
    private static final byte[] ECDSA_SHA256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));

    private final String name;
    private final Path folder;
    private final KeyPair keys = newKeys();
    public final Path authority;

    /** Certificate and key of somebody, as PEM files. */
    public record Identity(Path certificate, Path key) {}

    public TestCertificates(Path folder, String name) {
        this.folder = folder;
        this.name = name;
        byte[] isAuthority = extension(oid(2, 5, 29, 19), sequence(Der.yes()));
        this.authority = write(
                name, ".crt", "CERTIFICATE", sign(name, keys, Instant.now().plus(Duration.ofDays(1)), isAuthority));
    }

    public Identity issue(String subject) {
        return issue(subject, Instant.now().plus(Duration.ofDays(1)));
    }

    public Identity issue(String subject, Instant until) {
        KeyPair pair = newKeys();
        byte[] loopback = extension(oid(2, 5, 29, 17), sequence(Der.value(0x87, new byte[] {127, 0, 0, 1})));
        return new Identity(
                write(subject, ".crt", "CERTIFICATE", sign(subject, pair, until, loopback)),
                write(subject, ".key", "PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    private byte[] sign(String subject, KeyPair pair, Instant until, byte[] extension) {
        byte[] body = sequence(
                Der.value(0xA0, Der.integer(2)),
                Der.integer(SERIAL.incrementAndGet()),
                ECDSA_SHA256,
                commonName(name),
                sequence(Der.time(Instant.now().minus(Duration.ofDays(2))), Der.time(until)),
                commonName(subject),
                pair.getPublic().getEncoded(),
                Der.value(0xA3, sequence(extension)));
        return sequence(body, ECDSA_SHA256, Der.bits(signature(keys.getPrivate(), body)));
    }

    private static byte[] commonName(String text) {
        return sequence(Der.set(sequence(oid(2, 5, 4, 3), Der.utf8(text))));
    }

    private static byte[] extension(byte[] id, byte[] content) {
        return sequence(id, Der.octets(content));
    }

    private static byte[] signature(PrivateKey key, byte[] text) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Path write(String subject, String suffix, String kind, byte[] bytes) {
        String pem = "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(bytes)
                + "\n-----END " + kind + "-----\n";
        try {
            return Files.writeString(folder.resolve(subject + suffix), pem);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
