package dev.berth.cli;

/** What a script learns from the exit code. The numbers are a contract. */
final class ExitCode {
    static final int OK = 0;
    /** {@code call}: the function's or the caller's fault. {@code run}: could not start, or did not stop in time. */
    static final int FAILED = 1;
    /** Wrong options or settings. */
    static final int USAGE = 2;
    /**
     * Refused for now (503): the call has not run and may be placed elsewhere. Commands that ask the operations port: it
     * refuses.
     */
    static final int REFUSED = 3;
    /** Out of time (504). */
    static final int TIMEOUT = 4;
    /** The runner could not be reached, or ended the stream with a gRPC status. */
    static final int UNREACHABLE = 5;
    /** The runner's own failure (other 5xx that are not the function's). */
    static final int RUNNER_FAILED = 6;
    /** The body could not be read or the output not be written here. */
    static final int LOCAL_IO = 7;

    /** What was asked about is not there. */
    static final int NOT_FOUND = 8;

    private ExitCode() {}
}
