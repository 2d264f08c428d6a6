package dev.berth.engine.docker;

import dev.berth.engine.Usage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The files of one container's control group that say what it has used, kept open: some microseconds a reading, where
 * opening them each time took ten times as long. By one thread at a time, which may be another for each reading.
 */
final class ControlGroupMeter implements Closeable {
    private static final int MOST_BYTES = 1024;
    private static final byte[] ANYTHING = {'0'};

    private final FileChannel cpu;
    private final @Nullable FileChannel throttled;
    private final @Nullable FileChannel memory;
    private final boolean v1;
    private final boolean peak;
    private boolean resettable;

    private ControlGroupMeter(FileChannel cpu, @Nullable FileChannel throttled, Memory memory, boolean v1) {
        this.cpu = cpu;
        this.throttled = throttled;
        this.memory = memory.file();
        this.peak = memory.peak();
        this.resettable = memory.writable();
        this.v1 = v1;
    }

    /** @param peak whether it is a peak that is read; else what is in use */
    private record Memory(@Nullable FileChannel file, boolean peak, boolean writable) {
        static final Memory NONE = new Memory(null, false, false);
    }

    /**
     * Blocking.
     *
     * @param cgroups where control groups are mounted
     * @param containerId the engine's own id, 64 digits
     * @param limited whether the container has a processor limit
     * @return null if its processor time is not there for us
     * @throws IOException of the first file, if it is there and cannot be opened; nothing is left open
     */
    static @Nullable ControlGroupMeter open(Path cgroups, boolean v1, String containerId, boolean limited)
            throws IOException {
        Path usage = file(v1 ? cgroups.resolve("cpuacct") : cgroups, containerId, v1 ? "cpuacct.usage" : "cpu.stat");
        if (usage == null) {
            return null;
        }
        FileChannel cpu = FileChannel.open(usage, StandardOpenOption.READ);
        FileChannel throttled = null;
        try {
            Path stat = v1 && limited ? file(cgroups.resolve("cpu"), containerId, "cpu.stat") : null;
            throttled = stat == null ? null : FileChannel.open(stat, StandardOpenOption.READ);
            return new ControlGroupMeter(cpu, throttled, memory(cgroups, v1, containerId), v1);
        } catch (IOException failure) {
            closeAll(cpu, throttled);
            throw failure;
        }
    }

    private static Memory memory(Path cgroups, boolean v1, String containerId) throws IOException {
        Path hierarchy = v1 ? cgroups.resolve("memory") : cgroups;
        Path peak = file(hierarchy, containerId, v1 ? "memory.max_usage_in_bytes" : "memory.peak");
        if (peak == null) {
            Path used = v1 ? null : file(hierarchy, containerId, "memory.current");
            return used == null
                    ? Memory.NONE
                    : new Memory(FileChannel.open(used, StandardOpenOption.READ), false, false);
        }
        // Tried, not asked for: the kernel's answer leaves out what a user may by a capability.
        try {
            return new Memory(FileChannel.open(peak, StandardOpenOption.READ, StandardOpenOption.WRITE), true, true);
        } catch (IOException notWritable) {
            return new Memory(FileChannel.open(peak, StandardOpenOption.READ), true, false);
        }
    }

    private static @Nullable Path file(Path hierarchy, String containerId, String name) {
        return ControlGroups.places(hierarchy, containerId).stream()
                .map(group -> group.resolve(name))
                .filter(Files::isReadable)
                .findFirst()
                .orElse(null);
    }

    /** Does not fail: a group that has gone with its container is UNKNOWN. */
    Usage read(boolean anew) {
        try {
            String counted = text(cpu);
            if (v1) {
                long held = throttled == null ? 0 : value(text(throttled), "throttled_time ");
                return withMemory(Long.parseLong(counted.strip()), held, anew);
            }
            long micros = value(counted, "usage_usec ");
            long held = value(counted, "throttled_usec ");
            return withMemory(TimeUnit.MICROSECONDS.toNanos(micros), TimeUnit.MICROSECONDS.toNanos(held), anew);
        } catch (IOException | NumberFormatException gone) {
            return Usage.UNKNOWN;
        }
    }

    private Usage withMemory(long cpuNanos, long throttledNanos, boolean anew) throws IOException {
        if (memory == null) {
            return new Usage(cpuNanos, throttledNanos, 0, Usage.Memory.PEAK);
        }
        long bytes = Long.parseLong(text(memory).strip());
        if (!peak) {
            return new Usage(cpuNanos, throttledNanos, bytes, Usage.Memory.IN_USE);
        }
        boolean begun = anew && reset(memory);
        return new Usage(cpuNanos, throttledNanos, bytes, begun ? Usage.Memory.PEAK_UNTIL_NOW : Usage.Memory.PEAK);
    }

    /** Whatever is written, the peak begins anew; with version 2 for those alone who read by the same descriptor. */
    private boolean reset(FileChannel peaks) {
        if (resettable) {
            try {
                peaks.write(ByteBuffer.wrap(ANYTHING), 0);
            } catch (IOException olderKernel) {
                resettable = false;
            }
        }
        return resettable;
    }

    private static String text(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        int length = file.read(bytes, 0);
        return new String(bytes.array(), 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    /** Of the line that begins so; 0: there is none. */
    private static long value(String lines, String name) {
        int line = lines.startsWith(name) ? 0 : lines.indexOf("\n" + name) + 1;
        if (line == 0 && !lines.startsWith(name)) {
            return 0;
        }
        int begin = line + name.length();
        int end = lines.indexOf('\n', begin);
        return Long.parseLong(
                lines.substring(begin, end < 0 ? lines.length() : end).strip());
    }

    @Override
    public void close() {
        closeAll(cpu, throttled, memory);
    }

    private static void closeAll(@Nullable FileChannel... files) {
        for (FileChannel file : files) {
            if (file != null) {
                close(file);
            }
        }
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException unsaid) {
            // It was only read.
            return;
        }
    }
}
