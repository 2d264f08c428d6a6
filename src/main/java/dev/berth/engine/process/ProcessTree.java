package dev.berth.engine.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds processes by the marks in their environment. Unlike a walk down from the parent this also finds those
 * that have left their parent. Reads {@code /proc}: blocking, Linux; elsewhere nothing is found.
 */
final class ProcessTree {
    static final String INSTANCE = "BERTH_INSTANCE";
    static final String OWNER = "BERTH_OWNER";
    static final String CONTAINER = "BERTH_CONTAINER";
    private static final Path PROC = Path.of("/proc");
    /** A tree that forks while it is killed is gone over again, but not for ever. */
    private static final int PASSES = 20;

    private ProcessTree() {}

    /** Kills whatever belongs to a container. */
    static void killContainer(String containerId) {
        killAll(marks -> containerId.equals(marks.get(CONTAINER)));
    }

    /**
     * Kills the processes of dead instances of this owner.
     *
     * @return how many containers they belonged to
     */
    static int killLeftovers(Predicate<String> alive, String owner) {
        Map<String, Boolean> judged = new HashMap<>();
        return killAll(marks -> owner.equals(marks.get(OWNER))
                && !judged.computeIfAbsent(marks.getOrDefault(INSTANCE, ""), alive::test));
    }

    private static int killAll(Predicate<Map<String, String>> wanted) {
        Map<String, Boolean> containers = new HashMap<>();
        for (int pass = 0; pass < PASSES; pass++) {
            List<Long> found = find(wanted, containers);
            if (found.isEmpty()) {
                break;
            }
            for (long pid : found) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        return containers.size();
    }

    private static List<Long> find(Predicate<Map<String, String>> wanted, Map<String, Boolean> containers) {
        try (Stream<Path> entries = Files.list(PROC)) {
            return entries.map(ProcessTree::pid)
                    .flatMap(Optional::stream)
                    .filter(pid -> {
                        Map<String, String> marks = marks(pid);
                        if (marks == null || !wanted.test(marks)) {
                            return false;
                        }
                        containers.put(marks.getOrDefault(CONTAINER, ""), true);
                        return true;
                    })
                    .toList();
        } catch (IOException noProc) {
            return List.of();
        }
    }

    private static Optional<Long> pid(Path entry) {
        String name = entry.getFileName().toString();
        return name.chars().allMatch(Character::isDigit) ? Optional.of(Long.valueOf(name)) : Optional.empty();
    }

    /** The marks of a live process; null if it has none, is gone, is a zombie or is not ours to read. */
    private static @Nullable Map<String, String> marks(long pid) {
        String environment;
        try {
            environment = new String(Files.readAllBytes(PROC.resolve(pid + "/environ")), StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            return null;
        }
        if (!environment.contains(CONTAINER + "=")) {
            return null;
        }
        Map<String, String> marks = new HashMap<>();
        for (String entry : environment.split("\0")) {
            int equals = entry.indexOf('=');
            if (equals > 0 && entry.startsWith("BERTH_")) {
                marks.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return marks;
    }
}
