package dev.berth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client command of the jar, run to its end as a user runs it. */
record CommandLineRun(int exitCode, String out, String err) {
    private static final long LIMIT_SECONDS = 60;

    static CommandLineRun of(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("scripts/berth"));
        command.addAll(arguments);
        try {
            Path out = Files.createTempFile(RunnerProcess.FOLDER, "command", ".out");
            Path err = Files.createTempFile(RunnerProcess.FOLDER, "command", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(command + " does not end");
                }
                return new CommandLineRun(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
