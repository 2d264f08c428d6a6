package dev.berth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.RunnerConfig;
import dev.berth.doctor.Finding.Level;
import dev.berth.engine.docker.CgroupFreezer;
import dev.berth.engine.docker.CgroupFreezer.Reach;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineExamTest {
    @TempDir
    Path cgroups;

    private Finding absent(String message, boolean required) {
        return new EngineExam(RunnerConfig.defaults().docker(), cgroups).absent(new IOException(message), required);
    }

    @Test
    void remedyFitsTheReason() {
        assertThat(absent("engine: Permission denied", true).remedy()).contains("group of the socket");
        assertThat(absent("engine is too old: Docker 1.0", true).remedy()).isEqualTo("install a newer engine");
        assertThat(absent("engine: no such socket", true).remedy()).startsWith("install and start");
    }

    @Test
    void engineThatIsNotNeededIsOnlyMissed() {
        assertThat(absent("engine: no such socket", true).level()).isEqualTo(Level.FAIL);
        assertThat(absent("engine: no such socket", false).level()).isEqualTo(Level.WARN);
    }

    @Test
    void freezerIsJudgedByWhatCanBeOpened() throws IOException {
        assertThat(CgroupFreezer.reach(cgroups, true)).isEqualTo(Reach.NOT_FOUND);

        Path first = Files.createDirectories(cgroups.resolve("freezer/docker")).resolve("freezer.state");
        Files.writeString(first, "THAWED");
        assertThat(CgroupFreezer.reach(cgroups, true)).isEqualTo(Reach.WRITABLE);
        assertThat(first).as("unchanged").hasContent("THAWED");

        // No file that root may not open can be had here, but what is none at all is refused alike.
        Files.createDirectories(cgroups.resolve("system.slice/cgroup.freeze"));
        assertThat(CgroupFreezer.reach(cgroups, false)).isEqualTo(Reach.DENIED);
    }

    @Test
    void whetherCallsCanBeMeasuredIsSaid() throws IOException {
        EngineExam exam = new EngineExam(RunnerConfig.defaults().docker(), cgroups);
        assertThat(exam.usage(true).says()).endsWith("is not known");

        Files.writeString(
                Files.createDirectories(cgroups.resolve("cpuacct/docker")).resolve("cpuacct.usage"), "1\n");

        assertThat(exam.usage(true))
                .isEqualTo(Finding.ok("usage", "what calls use of processors and memory is measured"));
        assertThat(exam.usage(false).says()).endsWith("is not known");
    }
}
