package dev.berth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.ConfigLoader;
import dev.berth.config.WorkerConfig;
import dev.berth.doctor.Finding.Level;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SocketRootExamTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Finding examine(Path root) {
        WorkerConfig config = ConfigLoader.load(null, Map.of("BERTH_WORKER_SOCKET_ROOT", root.toString()), Map.of())
                .config()
                .worker();
        return new SocketRootExam(vertx, config)
                .examine(null)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .get(0);
    }

    @Test
    void folderIsTriedAndLeftAsItWas() throws IOException {
        assertThat(examine(folder).level()).isEqualTo(Level.OK);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void folderThatIsNotThereIsNotMade() {
        Path none = folder.resolve("none");
        assertThat(examine(none).level()).isEqualTo(Level.OK);
        assertThat(none).doesNotExist();
    }

    @Test
    void folderThatOthersMayWriteIsToldAndLeftAsItWas() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        Finding finding = examine(open);

        assertThat(finding.level()).isEqualTo(Level.FAIL);
        assertThat(finding.says()).contains("other users may write");
        assertThat(open).isEmptyDirectory();
    }
}
