package dev.berth.why;

import java.util.List;

/**
 * Why no container could be started when one was wanted.
 *
 * @param missingBytes beyond what is free and what is on its way back; 0: memory is not what is missing
 * @param missingCpuMillis thousandths of a CPU; 0: CPU is not what is missing
 * @param wantedBytes by whoever is first in line
 * @param wantedCpuMillis by whoever is first in line
 * @param first the image of whoever is first in line; empty: this call itself
 * @param holders who has most of what is missing, at most {@link #MAX_HOLDERS}
 */
public record Shortage(
        long missingBytes,
        long missingCpuMillis,
        long wantedBytes,
        long wantedCpuMillis,
        String first,
        List<Holder> holders) {
    public static final int MAX_HOLDERS = 3;

    public Shortage {
        holders = List.copyOf(holders);
    }

    /** What all containers of one queue hold together. */
    public record Holder(String image, long bytes, long cpuMillis) {}

    /** Whether the holders are told of by their memory. */
    public boolean ofMemory() {
        return missingBytes > 0 || missingCpuMillis == 0;
    }
}
