package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.LoggedLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit of open files below what settings want is told at the start. */
final class OpenFilesTest {
    @Test
    void tooFewForTheConnectionsAreWarnedOfInOneLineWithBothNumbers() {
        try (LoggedLines lines = LoggedLines.of(OpenFiles.class)) {
            OpenFiles.check(1000, 1255);
            assertThat(lines.warnings())
                    .singleElement()
                    .asString()
                    .contains("grpc.maxConnections is 1000,", " 1255 files open (ulimit -n)");
        }
    }

    @Test
    void enoughAreNotSpokenOf() {
        try (LoggedLines lines = LoggedLines.of(OpenFiles.class)) {
            OpenFiles.check(1000, 1256);
            OpenFiles.check(Integer.MAX_VALUE, Long.MAX_VALUE);
            assertThat(lines.warnings()).isEmpty();
        }
    }

    @Test
    void theLimitInForceIsRead(@TempDir Path folder) throws IOException {
        Path limits = folder.resolve("limits");
        Files.writeString(limits, """
                Limit                     Soft Limit           Hard Limit           Units
                Max core file size        0                    unlimited            bytes
                Max open files            1024                 524288               files
                """);
        assertThat(OpenFiles.limit(limits)).isEqualTo(1024);
        Files.writeString(limits, "Max open files            unlimited            unlimited            files\n");
        assertThat(OpenFiles.limit(limits)).isEqualTo(Long.MAX_VALUE);
        assertThat(OpenFiles.limit(folder.resolve("none"))).isEqualTo(Long.MAX_VALUE);
        assertThat(OpenFiles.limit(Path.of("/proc/self/limits"))).isPositive();
    }
}
