package dev.berth.registry;

/**
 * What is known of a queue from the calls there were.
 *
 * @param demand of its function
 * @param arrivals of its key
 * @param usual of the node
 */
record Learned(Demand demand, Arrivals arrivals, UsualGaps usual) {

    /** So many calls of the queue hold a slot or wait for one. */
    void calls(int atOnce, long now) {
        arrivals.calls(atOnce, usual, now);
    }
}
