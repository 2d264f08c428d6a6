package dev.berth.worker.stdio;

/**
 * Limits of one call.
 *
 * @param requestBytes of the request's body; 0: none
 * @param responseBytes of what the function writes to stdout; 0: none
 * @param headerBytes of the head of an HTTP answer; 0: the default of 10 MiB
 * @param memory for calls that are read whole
 */
public record StdioLimits(long requestBytes, long responseBytes, int headerBytes, ObjectMemory memory) {
    /** Formats that are read whole are bounded even where nothing else is said. */
    private static final long WHOLE_BYTES = 64L << 20;

    private static final int DEFAULT_HEADER_BYTES = 10 << 20;

    public StdioLimits {
        headerBytes = headerBytes > 0 ? headerBytes : DEFAULT_HEADER_BYTES;
    }

    /** These, with a bound on everything. */
    StdioLimits whole() {
        return new StdioLimits(bounded(requestBytes), bounded(responseBytes), headerBytes, memory);
    }

    private static long bounded(long limit) {
        return limit > 0 ? Math.min(limit, WHOLE_BYTES) : WHOLE_BYTES;
    }
}
