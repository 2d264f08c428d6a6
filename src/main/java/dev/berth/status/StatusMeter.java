package dev.berth.status;

/** Counts answers to Status that tell of a status function. Thread-safe, never blocks, never fails. */
@FunctionalInterface
public interface StatusMeter {
    /** Counts nothing. */
    StatusMeter NONE = (cached, success, network) -> {};

    /**
     * One answer.
     *
     * @param cached somebody else has read this result before
     */
    void answered(boolean cached, boolean success, Network network);

    /** Whether functions have a network, as the barrier says. */
    enum Network {
        /** Or there is no barrier. */
        TRUE,
        FALSE,
        /** It could not be found out, and counts as none. */
        ERROR
    }
}
