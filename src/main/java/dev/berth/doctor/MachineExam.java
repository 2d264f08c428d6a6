package dev.berth.doctor;

import dev.berth.config.RunnerConfig;
import dev.berth.registry.NodeCapacity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Memory, processors, files and processes: is there enough of them for as many functions as there is memory for. */
final class MachineExam {
    /** A function that is neither small nor large. */
    private static final long FUNCTION_BYTES = 128L << 20;
    /** Of the runner for each container: its connection, its output, what watches it. */
    private static final int FILES_OF_A_CONTAINER = 8;

    private static final int FILES_OF_THE_RUNNER = 256;
    private static final int PROCESSES_WITHOUT_LIMIT = 50;

    private static final int MOST_BYTES = 8192;

    private final RunnerConfig config;
    private final Path root;

    /** @param root where {@code proc} and {@code sys} are */
    MachineExam(RunnerConfig config, Path root) {
        this.config = config;
        this.root = root;
    }

    List<Finding> examine() {
        NodeCapacity capacity;
        try {
            capacity = NodeCapacity.detect(config.registry());
        } catch (IllegalStateException none) {
            return List.of(Finding.fail(
                    "capacity",
                    String.valueOf(none.getMessage()),
                    "give this machine more memory, or end what else runs on it"));
        }
        List<Finding> found = new ArrayList<>();
        found.add(Finding.ok(
                "capacity",
                (capacity.memoryBytes() >> 20) + " MiB and " + capacity.cpuMillis()
                        + " thousandths of a processor for functions"));
        capacity.warnings()
                .forEach(warning -> found.add(Finding.warn(
                        "capacity", warning, "give this machine more, or set registry.maxMemory and .maxCpuMillis")));
        long containers = Math.max(1, capacity.memoryBytes() / FUNCTION_BYTES);
        found.add(files(containers));
        found.add(processes(containers));
        return found;
    }

    private Finding files(long containers) {
        long wanted = config.grpc().limits().maxConnections() + containers * FILES_OF_A_CONTAINER + FILES_OF_THE_RUNNER;
        OptionalLong limit = openFiles();
        if (limit.isEmpty()) {
            return Finding.warn("files", "the limit of open files cannot be read", "see that it is at least " + wanted);
        }
        return limit.getAsLong() >= wanted
                ? Finding.ok("files", limit.getAsLong() + " may be open, a full node takes about " + wanted)
                : Finding.warn(
                        "files",
                        limit.getAsLong() + " may be open, short of the " + wanted + " that a full node takes",
                        "raise LimitNOFILE of the service, or ulimit -n");
    }

    /** The JVM raises its soft limit to the hard one. */
    private OptionalLong openFiles() {
        return read("proc/self/limits")
                .lines()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length >= 5)
                .mapToLong(words -> number(words[4]))
                .findFirst();
    }

    private Finding processes(long containers) {
        int each = config.docker().maxPids() == 0
                ? PROCESSES_WITHOUT_LIMIT
                : config.docker().maxPids();
        long wanted = containers * each;
        long limit = Math.min(
                number(read("proc/sys/kernel/pid_max").trim()),
                number(read("proc/sys/kernel/threads-max").trim()));
        return limit >= wanted
                ? Finding.ok("processes", "the kernel allows " + limit + ", a full node may have " + wanted)
                : Finding.warn(
                        "processes",
                        "the kernel allows " + limit + ", short of the " + wanted + " that a full node may have",
                        "raise kernel.pid_max and kernel.threads-max by sysctl, or lower docker.maxPids");
    }

    /** In one large read: of a kernel's number that is read by single bytes only the first digit comes. */
    private String read(String file) {
        try (InputStream bytes = Files.newInputStream(root.resolve(file))) {
            return new String(bytes.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
        } catch (IOException absent) {
            return "";
        }
    }

    /** Of what is no number, such as {@code unlimited}: as much as there can be. */
    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
    }
}
