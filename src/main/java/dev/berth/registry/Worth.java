package dev.berth.registry;

/** What it is worth to keep an idle container instead of its room. */
interface Worth {
    /**
     * Of the last of a queue's containers, which is the one idle longest.
     *
     * @param containers of the queue, without those that are being removed; at least 1
     * @param now in nanoseconds of the registry's clock
     * @return seconds of starting saved for each MiB and second; at least 0
     */
    double of(SlotQueue queue, int containers, long now);
}
