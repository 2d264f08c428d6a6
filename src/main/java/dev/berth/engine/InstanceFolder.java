package dev.berth.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is in the folder of an instance, be it this one's or another's, and how it goes. Blocking; without state. */
public final class InstanceFolder {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceFolder.class);

    static final String PREFIX = "berth-";
    /** What the records in one folder are sealed with. */
    public static final String SEAL = "seal";
    /** Of a file that tells what finds one container again; the rest of its name is that of the container's folder. */
    public static final String RECORD = ".left";

    private InstanceFolder() {}

    static Set<String> records(Path directory) throws IOException {
        Set<String> names = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + RECORD)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    /** The id of the instance that an instance's folder belonged to first. */
    public static String idOf(Path directory) {
        return directory.getFileName().toString().substring(PREFIX.length());
    }

    /**
     * Deletes what is in an instance's folder but its locks and seals and these. What cannot be deleted does not keep the
     * rest.
     */
    public static void removeOthers(Path directory, Set<String> stay) throws IOException {
        List<Path> go = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path each : all) {
                String name = each.getFileName().toString();
                if (!stay.contains(name) && !InstanceLocks.FILES.contains(name) && !name.equals(SEAL)) {
                    go.add(each);
                }
            }
        }
        Attempts removals = new Attempts();
        go.forEach(each -> removals.run(() -> remove(each)));
        removals.end();
    }

    private static void remove(Path entry) throws IOException {
        Mounts.unmountAll(entry);
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            FolderRemoval.remove(entry);
        } else {
            Files.deleteIfExists(entry);
        }
    }

    /** Of an owner that ends: what it leaves to the next one stays, and everything where that is heir already. */
    static void close(Path directory, FileChannel lock) throws IOException {
        try (lock) {
            if (InstanceLocks.hasHeir(directory)) {
                return;
            }
            Set<String> stay = new HashSet<>(records(directory));
            if (stay.isEmpty()) {
                delete(directory);
                return;
            }
            for (String record : Set.copyOf(stay)) {
                stay.add(record.substring(0, record.length() - RECORD.length()));
            }
            removeOthers(directory, stay);
            InstanceLocks.endLeaving(directory);
        } catch (NoSuchFileException gone) {
            LOG.atDebug().addKeyValue("directory", directory).log("is gone already");
        }
    }

    /** The lock file goes last: by it the next start knows whose the rest is, at once. */
    static void delete(Path directory) throws IOException {
        Mounts.unmountAll(directory);
        FolderRemoval.remove(directory, Path.of(InstanceLocks.OWNER));
    }
}
