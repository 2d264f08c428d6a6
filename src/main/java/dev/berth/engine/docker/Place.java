package dev.berth.engine.docker;

/**
 * A running container whose network is for one function.
 *
 * @param name our name for it
 * @param engineId the engine's own id
 * @param network it is on
 * @param madeAt when it was made, in ns, as from {@link System#nanoTime}
 */
record Place(String name, String engineId, NetworkLease network, long madeAt) {}
