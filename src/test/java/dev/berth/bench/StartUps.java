package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** From the start of the process to the first answer, and the memory it has then. */
final class StartUps {
    /** Until memory that is no longer needed has been given back. */
    static final long SETTLE_MILLIS = 6000;

    private static final Path JAR = Path.of("target/berth.jar");

    private final BenchRun run;

    StartUps(BenchRun run) {
        this.run = run;
    }

    void measure() {
        run.progress("start-up");
        Path alone = copyWithoutArchive();
        int count = run.pace().startUps();
        double[] with = new double[count];
        double[] without = new double[count];
        double[] memory = new double[count];
        double idle = 0;
        for (int i = 0; i < count; i++) {
            RunnerProcess runner = run.runner(run.setup(), "start");
            with[i] = runner.firstStatusMillis() / 1000;
            runner.awaitQuiet();
            RunnerProcess.pause(SETTLE_MILLIS);
            if (i == 0) {
                idle = idlePercent(runner);
            }
            memory[i] = runner.figures().residentMiB();
            run.cleanup().undoNow(runner);
            RunnerProcess plain = run.runner(run.setup().with("BERTH_JAR", alone.toString()), "start-plain");
            without[i] = plain.firstStatusMillis() / 1000;
            run.cleanup().undoNow(plain);
        }
        Report report = run.report();
        if (Files.exists(Path.of("target/berth.jsa"))) {
            report.figure("process start to first Status", Rounds.median(with), " s", Aim.atMost(1, " s"));
        }
        report.figure("the same without the class archive", Rounds.median(without), " s");
        report.figure("resident memory, idle", Rounds.median(memory), " MiB", Aim.atMost(150, " MiB"));
        report.figure("idle runner, of one processor", idle, "%", Aim.atMost(1, "%"));
    }

    private double idlePercent(RunnerProcess runner) {
        int seconds = run.pace().idleSeconds();
        double before = runner.figures().processorSeconds();
        RunnerProcess.pause(1000L * seconds);
        return 100 * (runner.figures().processorSeconds() - before) / seconds;
    }

    private Path copyWithoutArchive() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "bench");
            Path jar = folder.resolve("berth.jar");
            Files.createLink(jar, JAR);
            run.cleanup().add(() -> {
                Files.deleteIfExists(jar);
                Files.deleteIfExists(folder);
            });
            return jar.toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
