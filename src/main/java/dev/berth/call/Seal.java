package dev.berth.call;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Stands for slot keys and specifications without telling them: by it whoever is shown them again knows that they are
 * the same, and nobody can try out what they might have been who does not have the secret. Immutable.
 */
public final class Seal {
    /** Of the secret, and of what it makes. */
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] secret;

    /** @param secret {@link #BYTES} of them */
    public Seal(byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException("a secret has " + BYTES + " bytes");
        }
        this.secret = secret.clone();
    }

    /** One of its own. */
    public static Seal fresh() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new Seal(secret);
    }

    public byte[] secret() {
        return secret.clone();
    }

    /** A key that stands for this one. */
    public SlotKey standIn(SlotKey key) {
        return new SlotKey(sign(out -> {
            out.writeByte('k');
            write(out, key.bytes());
        }));
    }

    /** What may be told of a specification: its key and its configuration are not. */
    public ContainerSpec standIn(ContainerSpec spec) {
        return ContainerSpec.standIn(
                standIn(spec.key()),
                spec.image(),
                spec.memoryMiB(),
                spec.cpuMillis(),
                spec.tmpfsMiB(),
                spec.idleTimeout(),
                spec.evictable(),
                spec.seats());
    }

    /**
     * Equal for specifications of equal containers: key, image, format, sizes, idle timeout, calls at once, environment and
     * where the output goes. In lower-case hex.
     */
    public String of(ContainerSpec spec) {
        return HexFormat.of().formatHex(sign(out -> {
            out.writeByte('s');
            write(out, spec.key().bytes());
            write(out, spec.image());
            write(out, spec.format().name());
            out.writeLong(spec.memoryMiB());
            out.writeLong(spec.cpuMillis());
            out.writeLong(spec.tmpfsMiB());
            out.writeLong(spec.idleTimeout().toMillis());
            out.writeInt(spec.seats());
            write(out, spec.appId());
            write(out, spec.fnId());
            write(out, spec.path());
            write(out, spec.syslogUrl());
            out.writeBoolean(spec.networkDisabled());
            out.writeBoolean(spec.evictable());
            out.writeInt(spec.env().size());
            for (Map.Entry<String, String> variable : new TreeMap<>(spec.env()).entrySet()) {
                write(out, variable.getKey());
                write(out, variable.getValue());
            }
        }));
    }

    /** Equal for equal texts; in lower-case hex. */
    public String of(String text) {
        return HexFormat.of().formatHex(sign(out -> {
            out.writeByte('t');
            write(out, text);
        }));
    }

    private interface Form {
        void write(DataOutputStream out) throws IOException;
    }

    private byte[] sign(Form form) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            form.write(out);
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac.doFinal(bytes.toByteArray());
        } catch (GeneralSecurityException everyJreHasIt) {
            throw new IllegalStateException(everyJreHasIt);
        }
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        write(out, text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Seal seal && Arrays.equals(secret, seal.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret);
    }

    /** Tells nothing of the secret. */
    @Override
    public String toString() {
        return "seal";
    }
}
