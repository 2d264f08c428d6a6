package dev.berth.worker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Mounts and unmounts small in-memory file systems with the system's commands. Blocking; Linux, needs the right to mount. */
final class Mounts {
    private static final long LIMIT_SECONDS = 10;
    private static final int LONGEST_MESSAGE = 4096;

    private Mounts() {}

    static void tmpfs(Path where, String options) throws IOException {
        run("mount", "-t", "tmpfs", "-o", "noexec,nosuid,nodev," + options, "berth", where.toString());
    }

    /** Something that still holds the mount open, such as a socket bound in it, does not prevent it. */
    static void unmount(Path where) throws IOException {
        run("umount", "--lazy", where.toString());
    }

    /** Whether something is mounted on exactly this directory. */
    static boolean mounted(Path where) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            String escaped = where.toString().replace(" ", "\\040");
            return lines.anyMatch(line -> line.split(" ")[4].equals(escaped));
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(command[0] + " took more than " + LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                String message = new String(output.readNBytes(LONGEST_MESSAGE), StandardCharsets.UTF_8);
                throw new IOException(
                        "%s ended with %d: %s".formatted(command[0], process.exitValue(), message.strip()));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(command[0] + " was interrupted", interrupted);
        } finally {
            process.destroyForcibly();
        }
    }
}
