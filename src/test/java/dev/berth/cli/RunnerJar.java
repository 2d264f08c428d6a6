package dev.berth.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The fat jar as tests start it, in a process of its own: with the class archive that the build has made beside it, as
 * users start it, which takes half the time.
 */
public final class RunnerJar {
    static final Path JAR =
            Path.of(System.getProperty("berth.jar", "target/berth.jar")).toAbsolutePath();
    private static final Path ARCHIVE = JAR.resolveSibling("berth.jsa");

    private RunnerJar() {}

    /** What a command begins with that runs Java as this process does, on the first tier of its compiler. */
    public static List<String> java(String... options) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m"));
        command.addAll(List.of(options));
        return command;
    }

    /** What a command begins with that runs the jar; Berth's own arguments come next. */
    public static List<String> command(String... options) {
        List<String> command = java(options);
        if (isArchiveOfJar()) {
            command.add("-XX:SharedArchiveFile=" + ARCHIVE);
        }
        command.add("-jar");
        command.add(JAR.toString());
        return command;
    }

    /** A build without its checks makes none; that of an earlier jar would be refused, with a line on the output. */
    private static boolean isArchiveOfJar() {
        try {
            return Files.exists(ARCHIVE)
                    && Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(JAR)) >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
