package dev.berth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.ConfigLoader;
import dev.berth.config.RunnerConfig;
import dev.berth.doctor.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachineExamTest {
    private static final RunnerConfig TEN_FUNCTIONS = ConfigLoader.load(
                    null, Map.of("BERTH_REGISTRY_MAX_MEMORY", "1280MiB", "BERTH_GRPC_MAX_CONNECTIONS", "64"), Map.of())
            .config();

    @TempDir
    Path root;

    private List<Finding> examine(String files, String processes) throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.createDirectories(root.resolve("proc/sys/kernel"));
        Files.writeString(
                root.resolve("proc/self/limits"),
                "Limit                     Soft Limit           Hard Limit           Units\n"
                        + "Max open files            64                   " + files + "              files\n");
        Files.writeString(root.resolve("proc/sys/kernel/pid_max"), processes + "\n");
        Files.writeString(root.resolve("proc/sys/kernel/threads-max"), "100000\n");
        return new MachineExam(TEN_FUNCTIONS, root)
                .examine().stream()
                        .filter(finding -> !finding.check().equals("capacity"))
                        .toList();
    }

    @Test
    void enoughIsEnough() throws IOException {
        assertThat(examine("400", "32768")).extracting(Finding::level).containsOnly(Level.OK);
        assertThat(examine("unlimited", "32768")).extracting(Finding::level).containsOnly(Level.OK);
    }

    @Test
    void tooFewFilesAreTold() throws IOException {
        assertThat(examine("399", "32768"))
                .contains(Finding.warn(
                        "files",
                        "399 may be open, short of the 400 that a full node takes",
                        "raise LimitNOFILE of the service, or ulimit -n"));
    }

    @Test
    void tooFewProcessesAreTold() throws IOException {
        assertThat(examine("400", "499")).anySatisfy(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARN);
            assertThat(finding.says()).isEqualTo("the kernel allows 499, short of the 500 that a full node may have");
        });
    }

    @Test
    void kernelsOwnNumberIsReadWhole() throws IOException {
        long most = Long.parseLong(
                Files.readString(Path.of("/proc/sys/kernel/pid_max")).trim());
        assertThat(new MachineExam(TEN_FUNCTIONS, Path.of("/")).examine())
                .filteredOn(finding -> finding.check().equals("processes"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.level()).isEqualTo(most >= 500 ? Level.OK : Level.WARN));
    }
}
