package dev.berth.status;

import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The operator's own health check: a command that writes {@code key=value} lines and exits with 0. One that exits
 * otherwise may choose the code and the text of its failure by the keys {@code errorCode} and {@code errorStr}.
 */
final class HealthCommand {
    private static final int MAX_OUTPUT = 64 * 1024;
    private static final int MAX_TEXT = 1024;
    private static final Pattern ERROR_CODE = Pattern.compile("[45]\\d\\d");

    private final Vertx vertx;
    private final List<String> command;
    private final Duration limit;

    /** The check did not pass. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        private final int code;

        /** @param code for the status; any of 400 to 599, since no call ends with it */
        Failure(int code, String text) {
            super(text, null, false, false);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    HealthCommand(Vertx vertx, List<String> command, Duration limit) {
        this.vertx = vertx;
        this.command = command;
        this.limit = limit;
    }

    /**
     * What it wrote; nothing without a command. Fails with a {@link Failure}, or with STATUS_CHECK_FAILED if the command
     * did not end by itself. Does not block the caller.
     */
    Future<Map<String, String>> run() {
        if (command.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return vertx.executeBlocking(this::runAndWait, false);
    }

    private Map<String, String> runAndWait() throws IOException, InterruptedException, Failure {
        // Into a file and not a pipe: a pipe stays open as long as any descendant of the command lives.
        Path output = Files.createTempFile("berth-health", ".out");
        try {
            Process process = start(output);
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw ErrorCode.STATUS_CHECK_FAILED.exception("health command took longer than " + limit);
                }
            } finally {
                process.destroyForcibly();
            }
            Map<String, String> written = pairs(output);
            if (process.exitValue() != 0) {
                throw failure(process.exitValue(), written);
            }
            return written;
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static Failure failure(int exitCode, Map<String, String> written) {
        String code = written.getOrDefault("errorCode", "");
        String text = written.getOrDefault("errorStr", "").replaceAll("\\p{Cntrl}", "?");
        return new Failure(
                ERROR_CODE.matcher(code).matches() ? Integer.parseInt(code) : ErrorCode.STATUS_CHECK_FAILED.wire(),
                text.isEmpty()
                        ? "health command ended with exit code " + exitCode
                        : text.substring(0, Math.min(text.length(), MAX_TEXT)));
    }

    private Process start(Path output) {
        try {
            Descriptors.plentyForProcess();
            return new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notThere) {
            String failed = "health command cannot be run";
            throw ErrorCode.STATUS_CHECK_FAILED.hiding(failed, failed + ": " + notThere.getMessage());
        }
    }

    private static Map<String, String> pairs(Path output) throws IOException {
        String text;
        try (InputStream bytes = Files.newInputStream(output)) {
            text = new String(bytes.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                pairs.put(
                        line.substring(0, equals).trim(),
                        line.substring(equals + 1).trim());
            }
        });
        return pairs;
    }
}
