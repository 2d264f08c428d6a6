package dev.berth.error;

import org.jspecify.annotations.Nullable;

/** Tells the want of file descriptors, which is nobody's fault but the runner's, from other failures. */
public final class Descriptors {
    /** What the system says of a process (EMFILE) or a machine (ENFILE) that has as many files open as it may. */
    private static final String EXHAUSTED = "Too many open files";

    private Descriptors() {}

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
