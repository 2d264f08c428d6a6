package dev.berth.error;

/** Whether a call that ended with an error may be placed again. */
public enum Retry {
    /** The function may have run, or would fail the same way anywhere. */
    NEVER,
    /** Nothing has reached a function: another node, or another container, may run the call. */
    ELSEWHERE
}
