package dev.berth.registry;

import dev.berth.config.RegistryConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node has for containers, found out once at start. Limits count where the root of the control-group
 * tree that this process sees shows them: those of the container or virtual machine it runs in.
 *
 * @param memoryBytes for memory and /tmp of containers
 * @param cpuMillis thousandths of a CPU
 * @param warnings what an operator should know about these numbers
 */
public record NodeCapacity(long memoryBytes, long cpuMillis, List<String> warnings) {
    private static final long MIB = 1L << 20;
    private static final long LEAST_BYTES = 256 * MIB;
    private static final long HEAD_ROOM_LEAST = 256 * MIB;
    private static final long HEAD_ROOM_MOST = 5120 * MIB;
    private static final long UNKNOWN_MACHINE_BYTES = 2048 * MIB;

    private static final String MEMINFO = "/proc/meminfo";
    private static final String CGROUP = "/sys/fs/cgroup/";

    public NodeCapacity {
        warnings = List.copyOf(warnings);
    }

    /** Where the operating system's numbers come from. */
    interface Source {
        /** The whole file; empty if it is not there or cannot be read. */
        Optional<String> read(String path);
    }

    /**
     * Reads the machine's numbers. Blocks for file reads: not for an event loop.
     *
     * @throws IllegalStateException if no container could run with what there is
     */
    public static NodeCapacity detect(RegistryConfig config) {
        return detect(config, NodeCapacity::readFile, Runtime.getRuntime().availableProcessors());
    }

    static NodeCapacity detect(RegistryConfig config, Source source, int processors) {
        List<String> warnings = new ArrayList<>();
        long memory = memory(config.maxMemoryBytes(), source, warnings);
        long cpu = cpu(config.maxCpuMillis(), source, processors, warnings);
        return new NodeCapacity(memory, cpu, warnings);
    }

    private static long memory(long cap, Source source, List<String> warnings) {
        OptionalLong available = meminfoAvailable(source);
        if (available.isEmpty()) {
            warnings.add("no MemAvailable in " + MEMINFO + ": assuming " + UNKNOWN_MACHINE_BYTES / MIB + " MiB");
            return warnIfSmall(capped(UNKNOWN_MACHINE_BYTES, cap), warnings);
        }
        long usable = available.getAsLong();
        usable = Math.min(usable, number(source, CGROUP + "memory/memory.limit_in_bytes"));
        usable = Math.min(usable, number(source, CGROUP + "memory.max"));
        if (usable <= LEAST_BYTES) {
            throw new IllegalStateException("only " + usable / MIB + " MiB of memory are available, more than "
                    + LEAST_BYTES / MIB + " MiB are needed");
        }
        long headRoom = Math.max(HEAD_ROOM_LEAST, Math.min(HEAD_ROOM_MOST, usable / 10));
        return warnIfSmall(capped(usable - headRoom, cap), warnings);
    }

    private static long warnIfSmall(long bytes, List<String> warnings) {
        if (bytes < LEAST_BYTES) {
            warnings.add("only " + bytes / MIB + " MiB of memory for containers");
        }
        return bytes;
    }

    private static long cpu(long cap, Source source, int processors, List<String> warnings) {
        long millis = Math.min(1000L * processors, Math.min(quotaV1(source), quotaV2(source)));
        millis = capped(millis, cap);
        if (millis <= 0) {
            throw new IllegalStateException("no CPU time for containers: " + processors + " processors, "
                    + "and a quota of less than a thousandth of one");
        }
        if (millis < 1000) {
            warnings.add("only " + millis + " thousandths of a CPU for containers");
        }
        return millis;
    }

    private static long capped(long value, long cap) {
        return cap > 0 ? Math.min(value, cap) : value;
    }

    private static OptionalLong meminfoAvailable(Source source) {
        return source.read(MEMINFO).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("MemAvailable:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .filter(digits -> !digits.isEmpty())
                .mapToLong(digits -> Long.parseLong(digits) * 1024)
                .findFirst();
    }

    private static long quotaV1(Source source) {
        long quota = number(source, CGROUP + "cpu/cpu.cfs_quota_us");
        long period = number(source, CGROUP + "cpu/cpu.cfs_period_us");
        return share(quota, period);
    }

    /** {@code cpu.max} holds quota and period in one line. */
    private static long quotaV2(Source source) {
        String[] parts = source.read(CGROUP + "cpu.max").orElse("").trim().split("\\s+");
        return parts.length == 2 ? share(parse(parts[0]), parse(parts[1])) : Long.MAX_VALUE;
    }

    private static long share(long quotaMicros, long periodMicros) {
        boolean limited = quotaMicros <= Long.MAX_VALUE / 1000 && periodMicros != Long.MAX_VALUE && periodMicros > 0;
        return limited ? quotaMicros * 1000 / periodMicros : Long.MAX_VALUE;
    }

    private static long number(Source source, String path) {
        return parse(source.read(path).orElse("").trim());
    }

    /** A limit; {@link Long#MAX_VALUE} for anything that is none: absent, negative, "max". */
    private static long parse(String text) {
        try {
            long value = Long.parseLong(text);
            return value < 0 ? Long.MAX_VALUE : value;
        } catch (NumberFormatException notALimit) {
            return Long.MAX_VALUE;
        }
    }

    private static Optional<String> readFile(String path) {
        try {
            return Optional.of(Files.readString(Path.of(path)));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
