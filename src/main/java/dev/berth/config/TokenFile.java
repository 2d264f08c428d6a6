package dev.berth.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file that holds one token. Blocks on it. */
final class TokenFile {
    /** What a bearer token may consist of. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{16,1024}");

    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private TokenFile() {}

    /** Null: no file, no token. Throws ConfigException, which never tells what is in the file. */
    static @Nullable Secret read(String key, @Nullable Path file) {
        if (file == null) {
            return null;
        }
        boolean own = false;
        String token = "";
        try {
            own = OWNERS.containsAll(Files.getPosixFilePermissions(file));
            token = Files.size(file) > 8192
                    ? ""
                    : Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException | UnsupportedOperationException unreadable) {
            // Told below.
        }
        new Problems()
                .require(own, key, file, "a file that only its owner may read or write (chmod 600)")
                .require(
                        TOKEN.matcher(token).matches(),
                        key,
                        file,
                        "a file with one token of 16 to 1024 letters, digits and ._~+/=-")
                .throwIfAny();
        return new Secret(token);
    }
}
