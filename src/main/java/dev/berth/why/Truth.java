package dev.berth.why;

/**
 * What the container's control group counted during a call.
 *
 * @param cpuMicros processor time; -1: not known
 * @param throttledMicros time in which it was held back by its CPU quota
 * @param peakBytes most memory that was in use; 0: not known
 * @param limitBytes what it may use; 0: no limit
 * @param peakOfCall whether the peak is of this call; else of the container since its start
 */
public record Truth(long cpuMicros, long throttledMicros, long peakBytes, long limitBytes, boolean peakOfCall) {
    public static final Truth NONE = new Truth(-1, 0, 0, 0, false);

    public boolean known() {
        return cpuMicros >= 0;
    }
}
