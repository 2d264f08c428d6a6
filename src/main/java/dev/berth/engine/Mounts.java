package dev.berth.engine;

import dev.berth.error.Descriptors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Mounts and unmounts small in-memory file systems with the system's commands. Blocking; Linux, needs the right to mount. */
public final class Mounts {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");
    private static final long LIMIT_SECONDS = 10;
    private static final int LONGEST_MESSAGE = 4096;

    private Mounts() {}

    /**
     * @param options of the mount, later ones counting more; a tmpfs that runs, trusts or opens devices is not to be
     *     had
     */
    public static void tmpfs(Path where, String options) throws IOException {
        run("mount", "-n", "-i", "-t", "tmpfs", "-o", options + ",noexec,nosuid,nodev", "berth", where.toString());
    }

    /** Unmounts what is mounted on a directory and below it; what still holds a mount open does not prevent it. */
    public static void unmountAll(Path top) throws IOException {
        List<String> mounts = new ArrayList<>(points(top));
        // The later ones may lie on the earlier ones.
        for (int i = mounts.size() - 1; i >= 0; i--) {
            run("umount", "-n", "-i", "-l", mounts.get(i));
        }
    }

    /** Mount points at {@code top} and below it, in the order they were made. */
    static List<String> points(Path top) throws IOException {
        if (!Files.exists(TABLE)) {
            return List.of();
        }
        String exactly = top.toString();
        // A path may hold any bytes, and those of other mounts are not to disturb us.
        try (Stream<String> lines = Files.lines(TABLE, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> unescaped(line.split(" ", MOUNT_POINT + 2)[MOUNT_POINT]))
                    .filter(point -> point.equals(exactly) || point.startsWith(exactly + "/"))
                    .toList();
        }
    }

    /** The kernel writes blanks, line ends and backslashes of a path as three octal digits. */
    static String unescaped(String field) {
        String bytes = ESCAPED.matcher(field)
                .replaceAll(
                        found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static void run(String... command) throws IOException {
        Descriptors.plentyForProcess();
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
