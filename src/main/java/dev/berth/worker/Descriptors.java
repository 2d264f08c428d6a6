package dev.berth.worker;

import org.jspecify.annotations.Nullable;

/** Tells the want of file descriptors, which is nobody's fault but the runner's, from other failures. */
final class Descriptors {
    /** What the system says of a process (EMFILE) or a machine (ENFILE) that has as many files open as it may. */
    private static final String EXHAUSTED = "Too many open files";

    private Descriptors() {}

    static boolean exhausted(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && cause.getMessage().contains(EXHAUSTED)) {
                return true;
            }
        }
        return false;
    }
}
