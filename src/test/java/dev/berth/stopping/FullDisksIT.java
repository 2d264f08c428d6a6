package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A runner with no room for its log and its temporary files. That of a socket root is SocketFilesIT's. */
@Timeout(120)
final class FullDisksIT {
    private static final int KIBIBYTE = 1024;
    /** Far more than fit into what a file has of its last block. */
    private static final int LINES = 60;

    private static final String MISSING = "no/" + "x".repeat(100);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private Path temporary;
    private Path logs;

    @BeforeEach
    void mountDisks() throws Exception {
        temporary = disk("t");
        logs = disk("l");
    }

    @AfterEach
    void unmountDisks() throws Exception {
        Await.of(vertx.close());
        run("umount", temporary.toString());
        run("umount", logs.toString());
    }

    private Path disk(String name) throws Exception {
        Path disk = Files.createDirectory(folder.resolve(name));
        run("mount", "-t", "tmpfs", "-o", "size=64k", "berth-it", disk.toString());
        return disk;
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Until nothing fits any more. */
    private static Path fill(Path disk) throws IOException {
        Path filler = disk.resolve("filler");
        Files.createFile(filler);
        try (var out = Files.newOutputStream(filler)) {
            for (int written = 0; written < KIBIBYTE; written++) {
                out.write(new byte[KIBIBYTE]);
            }
        } catch (IOException full) {
            return filler;
        }
        throw new AssertionError(disk + " is not full");
    }

    private static EngageCall.Result call(EngageClient client, String program) {
        return call(client, "berth/test-fn", program);
    }

    private static EngageCall.Result call(EngageClient client, String image, String program) {
        JsonObject model = new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("image", image)
                .put("timeout", 60)
                .put("headers", new JsonObject().put("X-Do", new JsonArray().add(program)));
        return client.engage().tryCall(model.encode()).data("", true).result();
    }

    @Test
    void aRunnerServesWithoutThemAndLogsAgainOnceThereIsRoom() throws Exception {
        fill(temporary);
        Path log = logs.resolve("log");
        try (OneRunner runner = OneRunner.startWithTemporary(
                temporary,
                folder,
                folder.resolve("s"),
                "engine.kind=process",
                "log.destination=file://" + log,
                "node.drainTimeout=20s")) {
            EngageClient client = runner.connect(vertx);
            Path filler = fill(logs);
            for (int i = 0; i < LINES; i++) {
                assertThat(call(client, MISSING, "read").finished().getSuccess())
                        .isFalse();
            }
            assertThat(call(client, "read; send ok").body()).isEqualTo("ok");
            assertThat(Files.readString(log).lines().filter(line -> line.contains(MISSING)))
                    .hasSizeLessThan(LINES);

            Files.delete(filler);
            until(() -> {
                call(client, "read; exit 4");
                return read(log).contains("exit code 4");
            });
            runner.signal("TERM");
            assertThat(runner.exitCode(25)).isZero();
        }
        assertThat(read(log)).contains("RunnerStop stopped");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void until(BooleanSupplier holds) {
        while (!holds.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
