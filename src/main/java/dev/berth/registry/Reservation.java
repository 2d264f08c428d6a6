package dev.berth.registry;

import dev.berth.call.ContainerSpec;

/**
 * What one container takes of its node, from the decision to launch it until nothing of it is left.
 *
 * @param bytes memory and /tmp
 * @param cpuMillis thousandths of a CPU
 */
record Reservation(long bytes, long cpuMillis) {

    /** Only for a specification that {@link Room#couldEverHold}. */
    static Reservation of(ContainerSpec spec) {
        return new Reservation(spec.reservedBytes(), spec.cpuMillis());
    }

    boolean isNothing() {
        return bytes == 0 && cpuMillis == 0;
    }
}
