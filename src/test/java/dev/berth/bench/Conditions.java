package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** What figures were taken on. */
final class Conditions {
    private Conditions() {}

    static void add(Report report, FunctionHost host, BenchRun.Pace pace, RunnerProcess.Setup setup) {
        report.condition("date", LocalDate.now(ZoneOffset.UTC).toString());
        report.condition("commit", commit());
        report.condition("processor", cores() + " cores of " + processor());
        report.condition("load of the machine at the start", load());
        report.condition("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        report.condition("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        report.condition("engine", host.description());
        report.condition(
                "medians of",
                pace.rounds() + " rounds of " + pace.seconds() + " s, bare and runner in turn; " + pace.coldStarts()
                        + " cold starts, " + pace.startUps() + " starts of the runner");
        if (!setup.environment().isEmpty()) {
            report.condition("settings", setup.environment().toString());
        }
    }

    /** Of the last minute, five minutes and quarter of an hour. */
    static String load() {
        try {
            String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ");
            return words[0] + ", " + words[1] + ", " + words[2];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("an unknown processor");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commit() {
        String hash = output("git", "rev-parse", "--short", "HEAD");
        boolean changed =
                !output("git", "status", "--porcelain", "--untracked-files=no").isEmpty();
        return hash.isEmpty() ? "unknown" : hash + (changed ? " with changes" : "");
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
