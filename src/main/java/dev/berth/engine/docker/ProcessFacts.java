package dev.berth.engine.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tells one process of this machine from any other there was or will be. Blocking; Linux. */
final class ProcessFacts {
    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT_ID = PROC.resolve("sys/kernel/random/boot_id");
    /** Of the field after the name, which may have blanks and brackets in it. */
    private static final int START_TIME_AFTER_NAME = 19;

    private ProcessFacts() {}

    static String bootId() throws IOException {
        return Files.readString(BOOT_ID).strip();
    }

    /** In the kernel's ticks since the machine started. Fails if there is no such process. */
    static long startTime(long pid) throws IOException {
        String stat = Files.readString(PROC.resolve(pid + "/stat"));
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(afterName[START_TIME_AFTER_NAME]);
    }

    /** Whether the process is in a control group of that container's. */
    static boolean isOf(long pid, String containerId) {
        try {
            return Files.readString(PROC.resolve(pid + "/cgroup")).contains(containerId);
        } catch (IOException gone) {
            return false;
        }
    }
}
