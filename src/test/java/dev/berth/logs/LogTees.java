package dev.berth.logs;

import java.util.List;

/** Prints to a {@link LogTee} in the place of a container. */
public final class LogTees {
    private LogTees() {}

    public static void print(LogTee tee, LogLine... lines) {
        tee.add(List.of(lines));
    }
}
