package dev.berth.engine;

/**
 * What a container has used since it started.
 *
 * @param cpuNanos processor time of all its processes, those that have ended included; -1: cannot be read
 * @param throttledNanos how long it was held back by its processor limit; 0 without one
 * @param memoryBytes of memory, files that the kernel keeps for it included; 0: not known
 * @param memory what {@code memoryBytes} stands for
 */
public record Usage(long cpuNanos, long throttledNanos, long memoryBytes, Memory memory) {
    /** There is nothing to be read, or not any more. */
    public static final Usage UNKNOWN = new Usage(-1, 0, 0, Memory.PEAK);

    public enum Memory {
        /** The most that was in use since the container started, or since the peak last began anew. */
        PEAK,
        /** The same, and the peak has begun anew with this reading. */
        PEAK_UNTIL_NOW,
        /** What is in use now, for the kernel keeps no peak. */
        IN_USE
    }

    public boolean known() {
        return cpuNanos >= 0;
    }
}
