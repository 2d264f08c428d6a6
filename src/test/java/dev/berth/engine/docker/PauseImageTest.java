package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The archive that an engine is given. */
final class PauseImageTest {
    private static PauseImage image(String architecture) {
        return new PauseImage(PauseProgram.of(architecture).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"x86_64, amd64", "aarch64, arm64"})
    void archiveHasOneImageOfOneFile(String architecture, String inImages) throws Exception {
        PauseImage image = image(architecture);
        Map<String, byte[]> files = files(image.archive().getBytes());
        JsonObject manifest = new JsonArray(text(files.get("manifest.json"))).getJsonObject(0);
        assertThat(manifest.getJsonArray("RepoTags")).containsExactly(image.name());
        byte[] config = files.get(manifest.getString("Config"));
        byte[] layer = files.get(manifest.getJsonArray("Layers").getString(0));

        JsonObject described = new JsonObject(text(config));
        assertThat(described.getString("architecture")).isEqualTo(inImages);
        assertThat(described.getString("os")).isEqualTo("linux");
        assertThat(described.getJsonObject("config").getJsonArray("Entrypoint")).containsExactly("/pause");
        assertThat(described.getJsonObject("rootfs").getJsonArray("diff_ids"))
                .containsExactly("sha256:" + sha256(layer));
        assertThat(image.name()).isEqualTo("berth/pause:" + sha256(config).substring(0, 12));

        assertThat(files(layer)).containsOnlyKeys("pause");
        assertThat(files(layer).get("pause"))
                .isEqualTo(PauseProgram.of(architecture).orElseThrow().elf());
        assertThat(first(layer).getMode() & 0777).as("rights").isEqualTo(0755);
    }

    @Test
    void sameProgramMakesTheSameImageAndAnotherAnotherOne() {
        assertThat(image("amd64").archive()).isEqualTo(image("x86_64").archive());
        assertThat(image("arm64").name()).isNotEqualTo(image("amd64").name());
    }

    private static Map<String, byte[]> files(byte[] archive) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                files.put(entry.getName(), tar.readAllBytes());
            }
        }
        return files;
    }

    private static TarArchiveEntry first(byte[] archive) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
            return tar.getNextEntry();
        }
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
