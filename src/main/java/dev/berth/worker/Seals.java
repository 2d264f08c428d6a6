package dev.berth.worker;

import dev.berth.call.Seal;
import dev.berth.engine.InstanceFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The seal of each instance's folder, made when the first record is written there, and gone with the folder. Blocking;
 * thread-safe.
 */
public final class Seals {
    private final Map<Path, Seal> known = new ConcurrentHashMap<>();

    /** @param folder of an instance, which this process has the lock of */
    Seal of(Path folder) throws IOException {
        try {
            return known.computeIfAbsent(folder, Seals::readOrMake);
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private static Seal readOrMake(Path folder) {
        Path file = folder.resolve(InstanceFolder.SEAL);
        try {
            return new Seal(read(file));
        } catch (NoSuchFileException first) {
            return make(file);
        } catch (IOException | IllegalArgumentException unusable) {
            throw new UncheckedIOException(new IOException("no seal in " + folder, unusable));
        }
    }

    private static byte[] read(Path file) throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            try (InputStream in = Files.newInputStream(file)) {
                // One more, by which a file that is too long is known.
                return in.readNBytes(Seal.BYTES + 1);
            }
        }
        throw new NoSuchFileException(file.toString());
    }

    private static Seal make(Path file) {
        Seal seal = Seal.fresh();
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, seal.secret(), new OpenOption[] {StandardOpenOption.WRITE});
            return seal;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
