package dev.berth.registry;

/**
 * As calls have shown: what a start takes, times the chance that the container is wanted within some time, divided by
 * the memory and time that this costs. Pure, but for what it reads.
 */
final class LearnedWorth implements Worth {
    private final Starts starts;
    private final double bytesPerCpuMilli;

    /** @param room whose memory and processors are worth the same, for containers that reserve no memory */
    LearnedWorth(Starts starts, Room room) {
        this.starts = starts;
        this.bytesPerCpuMilli = (double) room.totalBytes() / Math.max(1, room.totalCpuMillis());
    }

    @Override
    public double of(SlotQueue queue, int containers, long now) {
        double saved =
                starts.aloneNanos(queue.demand) / 1e9 * (1 - queue.arrivals().crashRate());
        return saved * queue.soonness(containers, now) / mebibytes(queue.reservation);
    }

    private double mebibytes(Reservation reservation) {
        double bytes = reservation.bytes() > 0 ? reservation.bytes() : reservation.cpuMillis() * bytesPerCpuMilli;
        return bytes / (1 << 20);
    }
}
