package dev.berth.engine.docker;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The image of the places: {@link PauseProgram} and nothing else, as an archive that an engine loads. The same
 * program makes the same image to the byte, and its tag is the image's digest, so whoever loads it, and however
 * often, there is one image, and a newer program has another name. Immutable.
 */
final class PauseImage {
    static final String REPOSITORY = "berth/pause";

    private static final String PROGRAM = "/pause";
    private static final int EXECUTABLE = 0100755;
    private static final int READABLE = 0100644;
    private static final int TAG_DIGITS = 12;

    private final String name;
    private final Buffer archive;

    PauseImage(PauseProgram program) {
        byte[] layer = tar(new File(PROGRAM.substring(1), EXECUTABLE, program.elf()));
        byte[] config = config(program, layer);
        this.name = REPOSITORY + ":" + sha256(config).substring(0, TAG_DIGITS);
        String configFile = sha256(config) + ".json";
        JsonObject manifest = new JsonObject()
                .put("Config", configFile)
                .put("RepoTags", new JsonArray().add(name))
                .put("Layers", new JsonArray().add("layer.tar"));
        this.archive = Buffer.buffer(tar(
                new File(configFile, READABLE, config),
                new File("layer.tar", READABLE, layer),
                new File(
                        "manifest.json",
                        READABLE,
                        bytes(new JsonArray().add(manifest).encode()))));
    }

    /** With its tag. */
    String name() {
        return name;
    }

    /** As {@code docker save} would write it. */
    Buffer archive() {
        return archive;
    }

    /** Sees to it that the engine has it. Fails with ENGINE_FAILED or ENGINE_GONE. */
    Future<Void> ensure(EngineApi api, ImageArchive loader) {
        return api.inspectImage(name)
                .compose(found -> found.isPresent() ? Future.succeededFuture() : loader.load(archive));
    }

    /** The layer's digest is in it, so that its own digest is the image's. */
    private static byte[] config(PauseProgram program, byte[] layer) {
        return bytes(new JsonObject()
                .put("architecture", program.imageArchitecture())
                .put("os", "linux")
                .put("created", "1970-01-01T00:00:00Z")
                .put("config", new JsonObject().put("Entrypoint", new JsonArray().add(PROGRAM)))
                .put(
                        "rootfs",
                        new JsonObject()
                                .put("type", "layers")
                                .put("diff_ids", new JsonArray().add("sha256:" + sha256(layer))))
                .encode());
    }

    private record File(String name, int mode, byte[] content) {}

    private static byte[] tar(File... files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (File file : files) {
                TarArchiveEntry entry = new TarArchiveEntry(file.name());
                entry.setMode(file.mode());
                entry.setSize(file.content().length);
                entry.setModTime(0L);
                tar.putArchiveEntry(entry);
                tar.write(file.content());
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
