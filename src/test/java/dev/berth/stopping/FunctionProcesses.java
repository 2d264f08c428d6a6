package dev.berth.stopping;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Functions on the process engine, found by the marks in their environment, whoever their parent is by now. */
public final class FunctionProcesses {
    private static final String OWNER = "BERTH_OWNER=";
    private static final long INIT = 1;

    private FunctionProcesses() {}

    /** What a runner with this socket root calls itself, in those marks and in labels. */
    static String owner(Path sockets) throws IOException {
        return InetAddress.getLocalHost().getHostName() + ":" + sockets;
    }

    /** Those that runners with this socket root have started, by their folders below {@code /proc}. */
    static List<Path> of(Path sockets) throws IOException {
        String mark = OWNER + owner(sockets);
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(entry -> entry.getFileName().toString().matches("\\d+"))
                    .filter(entry -> environment(entry).lines().anyMatch(mark::equals))
                    .toList();
        }
    }

    /** Ends those of a runner that has been killed; a living one has its own as children. */
    public static void endOrphans(Path sockets) {
        List<ProcessHandle> orphans;
        do {
            orphans = orphans(sockets);
            orphans.forEach(orphan -> orphan.destroyForcibly());
            orphans.forEach(orphan -> orphan.onExit().join());
            // Now their own children are orphans.
        } while (!orphans.isEmpty());
    }

    private static List<ProcessHandle> orphans(Path sockets) {
        try {
            return of(sockets).stream()
                    .flatMap(left ->
                            ProcessHandle.of(Long.parseLong(left.getFileName().toString())).stream())
                    .filter(each ->
                            each.parent().map(parent -> parent.pid() == INIT).orElse(true))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String environment(Path process) {
        try {
            return new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1)
                    .replace('\0', '\n');
        } catch (IOException gone) {
            return "";
        }
    }
}
