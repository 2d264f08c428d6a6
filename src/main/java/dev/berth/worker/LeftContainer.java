package dev.berth.worker;

import dev.berth.bus.Shown;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Seal;
import dev.berth.call.SlotKey;
import dev.berth.engine.InstanceFolder;
import dev.berth.engine.Remains;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What one runner writes down of a container for another to take it over by. Of slot key, environment and settings only
 * seals are written: the first call brings what they are. The file lies in the folder of the runner's instance, where
 * neither other users nor functions come. Methods that read and write block.
 *
 * @param directory the container's part of the runner's file system
 * @param standIn what is known of the specification; its key stands for the real one
 * @param sealedSpec what the seal makes of the real specification
 * @param sealedSetup what the seal makes of the engine's settings
 * @param socket name of the pinned socket
 * @param inode of the pinned socket
 * @param shown what calls of its function have shown
 * @param handedOver whether it was left; else it ran on when this was written
 * @param writtenAt in milliseconds since 1970
 */
record LeftContainer(
        SocketDirectory directory,
        Remains remains,
        Seal seal,
        ContainerSpec standIn,
        String sealedSpec,
        String sealedSetup,
        String socket,
        long inode,
        Shown shown,
        boolean handedOver,
        long writtenAt) {
    private static final int VERSION = 1;
    private static final int LONGEST = 16 * 1024;
    /** It becomes a part of the path of requests to the engine. */
    private static final Pattern ENGINE_ID = Pattern.compile("[0-9a-f]{12,64}");

    LeftContainer written(boolean nowHandedOver) {
        return new LeftContainer(
                directory,
                remains,
                seal,
                standIn,
                sealedSpec,
                sealedSetup,
                socket,
                inode,
                shown,
                nowHandedOver,
                System.currentTimeMillis());
    }

    /** In one step: nobody ever sees a part of it. */
    void write() throws IOException {
        Path file = directory.record();
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(json().encode().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private JsonObject json() {
        return new JsonObject()
                .put("version", VERSION)
                .put("name", remains.name())
                .put("engineId", remains.engineId())
                .put("instance", remains.instance())
                .put("boot", remains.bootId())
                .put("pid", remains.pid())
                .put("started", remains.startTime())
                .put("place", remains.place())
                .put("key", standIn.key().toString())
                .put("spec", sealedSpec)
                .put("setup", sealedSetup)
                .put("image", standIn.image())
                .put("memory", standIn.memoryMiB())
                .put("cpu", standIn.cpuMillis())
                .put("tmpfs", standIn.tmpfsMiB())
                .put("idle", standIn.idleTimeout().toMillis())
                .put("evictable", standIn.evictable())
                .put("seats", standIn.seats())
                .put("socket", socket)
                .put("inode", inode)
                .put("service", shown.serviceNanos())
                .put("start", shown.startNanos())
                .put("handedOver", handedOver)
                .put("written", writtenAt);
    }

    /** @throws IOException if it cannot be read, or is not of this version */
    static LeftContainer read(Path file, Seal seal) throws IOException {
        String name = file.getFileName().toString();
        String home = name.substring(0, name.length() - InstanceFolder.RECORD.length());
        SocketDirectory directory = new SocketDirectory(file.resolveSibling(home), true);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LONGEST) {
            throw new IOException("no record");
        }
        try {
            JsonObject json = new JsonObject(Files.readString(file));
            if (!ENGINE_ID.matcher(json.getString("engineId")).matches()) {
                throw new IOException("a record that names no container");
            }
            if (json.getInteger("version") != VERSION) {
                throw new IOException("a record of another version");
            }
            return new LeftContainer(
                    directory,
                    new Remains(
                            json.getString("name"),
                            json.getString("engineId"),
                            json.getString("instance"),
                            json.getString("boot"),
                            json.getLong("pid"),
                            json.getLong("started"),
                            json.getString("place"),
                            directory.path()),
                    seal,
                    ContainerSpec.standIn(
                            new SlotKey(HexFormat.of().parseHex(json.getString("key"))),
                            json.getString("image"),
                            json.getLong("memory"),
                            json.getLong("cpu"),
                            json.getLong("tmpfs"),
                            Duration.ofMillis(json.getLong("idle")),
                            json.getBoolean("evictable"),
                            json.getInteger("seats")),
                    json.getString("spec"),
                    json.getString("setup"),
                    json.getString("socket"),
                    json.getLong("inode"),
                    new Shown(json.getLong("service", 0L), json.getLong("start", 0L)),
                    json.getBoolean("handedOver"),
                    json.getLong("written"));
        } catch (RuntimeException malformed) {
            throw new IOException("a broken record", malformed);
        }
    }
}
