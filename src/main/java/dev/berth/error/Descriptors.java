package dev.berth.error;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/** Tells the want of file descriptors, which is nobody's fault but the runner's, from other failures. */
public final class Descriptors {
    /** What the system says of a process (EMFILE) or a machine (ENFILE) that has as many files open as it may. */
    private static final String EXHAUSTED = "Too many open files";

    /** More than a start of a process takes, and than others may take while it begins. */
    private static final long PLENTY = 64;

    /** One in so many may go to what can be done without. */
    private static final long DISPENSABLE = 8;

    private Descriptors() {}

    /**
     * To be asked before each start of a process. Where Java 17 lacks a descriptor for that, it closes numbers which it
     * has read from memory nobody had written: the connection of some other call may be among them. So none is started
     * where few are left. Blocking.
     *
     * @throws IOException as the system would word it
     */
    public static void plentyForProcess() throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() - open(system) < PLENTY) {
            throw new IOException(EXHAUSTED);
        }
    }

    /**
     * Whether there are many left for other things when something that could be done without has got this number. The
     * kernel gives the lowest that is free, so what asks here never holds more than an eighth of all.
     */
    public static boolean plentyBelow(int number) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && number < system.getMaxFileDescriptorCount() / DISPENSABLE;
    }

    private static long open(UnixOperatingSystemMXBean system) {
        try {
            return system.getOpenFileDescriptorCount();
        } catch (InternalError none) {
            // Counting takes one as well.
            return Long.MAX_VALUE;
        }
    }

    /** As an error: nothing ran here, and it may elsewhere. {@code what} it was wanted for. */
    public static RunnerException none(String what) {
        return ErrorCode.SERVER_BUSY.exception("no file descriptor is left " + what);
    }

    public static boolean exhausted(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && cause.getMessage().contains(EXHAUSTED)) {
                return true;
            }
        }
        return false;
    }
}
