package dev.berth.status;

/**
 * What Status says of this node beside its counters.
 *
 * @param id what people call the node
 * @param incarnation this start of it, as in its addresses
 * @param engine {@code docker}, {@code podman} or {@code process}
 * @param isolated whether functions are kept apart from this machine and each other
 */
public record NodeFacts(String id, String incarnation, String version, String engine, boolean isolated) {}
