package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One part of a benchmark that fails. */
final class BenchRunTest {
    private static final Path CATALOGUE = Path.of("src/examples");

    private final List<String> seen = new ArrayList<>();
    private final Report report = new Report("beside", "through the runner");

    @Test
    void aPartThatFailsIsReportedAndTheOthersGoOn() {
        try (Driver driver = new Driver();
                Cleanup cleanup = new Cleanup()) {
            RunnerProcess.Setup setup = new RunnerProcess.Setup("process", CATALOGUE, Map.of());
            BenchRun run = new BenchRun(
                    driver, new ProcessHost(CATALOGUE), cleanup, setup, BenchRun.Pace.QUICK, report, Path.of("target"));
            cleanup.add(() -> seen.add("undone at the end"));

            run.part("first", () -> {
                cleanup.add(() -> seen.add("undone with the part"));
                throw new IllegalStateException("no\nrunner | no figure", new IOException("refused"));
            });
            run.part("second", () -> seen.add("measured"));
        }

        assertThat(seen).containsExactly("undone with the part", "measured", "undone at the end");
        assertThat(report.markdown()).contains("| first |  | **failed** |  | no runner \\| no figure: refused |");
        assertThat(report.failed()).isTrue();
    }

    @Test
    void aRunOfWhichNoPartFailsHasNotFailed() {
        report.figure("something", 1, " s");

        assertThat(report.failed()).isFalse();
    }
}
