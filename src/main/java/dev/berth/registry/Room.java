package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import dev.berth.why.Shortage;
import java.util.List;

/** The node's capacity: what there is, what is taken, and what of that is on its way back. */
final class Room {
    private final long totalBytes;
    private final long totalCpuMillis;
    private long usedBytes;
    private long usedCpuMillis;
    private long endingBytes;
    private long endingCpuMillis;

    Room(long totalBytes, long totalCpuMillis) {
        this.totalBytes = totalBytes;
        this.totalCpuMillis = totalCpuMillis;
    }

    /**
     * Whether an otherwise empty node could take such a container. Compares in MiB, so that sizes near the
     * end of {@code long} cannot wrap round; a negative one is an unsigned number past it.
     */
    boolean couldEverHold(ContainerSpec spec) {
        long totalMiB = totalBytes >> 20;
        return within(spec.memoryMiB(), totalMiB)
                && within(spec.tmpfsMiB(), totalMiB)
                && spec.memoryMiB() + spec.tmpfsMiB() <= totalMiB
                && within(spec.cpuMillis(), totalCpuMillis);
    }

    /** What a container wants that could never be held, and how much that is more than there is. */
    Shortage beyond(ContainerSpec spec) {
        long mostMiB = Long.MAX_VALUE >> 21;
        long wantedBytes = (Math.min(spec.memoryMiB(), mostMiB) + Math.min(spec.tmpfsMiB(), mostMiB)) << 20;
        return new Shortage(
                Math.max(0, wantedBytes - totalBytes),
                Math.max(0, spec.cpuMillis() - totalCpuMillis),
                wantedBytes,
                spec.cpuMillis(),
                "",
                List.of());
    }

    private static boolean within(long wanted, long total) {
        return wanted >= 0 && wanted <= total;
    }

    /** Whether that much is free, not counting what is on its way back. */
    boolean hasNow(Reservation reservation) {
        return reservation.bytes() <= totalBytes - usedBytes
                && reservation.cpuMillis() <= totalCpuMillis - usedCpuMillis;
    }

    void take(Reservation reservation) {
        usedBytes += reservation.bytes();
        usedCpuMillis += reservation.cpuMillis();
    }

    /** The container is being removed; its room is still taken, but will be free. */
    void expect(Reservation reservation) {
        endingBytes += reservation.bytes();
        endingCpuMillis += reservation.cpuMillis();
    }

    /** The container is gone; {@link #expect} came before. */
    void free(Reservation reservation) {
        usedBytes -= reservation.bytes();
        usedCpuMillis -= reservation.cpuMillis();
        endingBytes -= reservation.bytes();
        endingCpuMillis -= reservation.cpuMillis();
    }

    long totalBytes() {
        return totalBytes;
    }

    long totalCpuMillis() {
        return totalCpuMillis;
    }

    long usedBytes() {
        return usedBytes;
    }

    long usedCpuMillis() {
        return usedCpuMillis;
    }

    long endingBytes() {
        return endingBytes;
    }

    long endingCpuMillis() {
        return endingCpuMillis;
    }
}
