package dev.berth.cluster;

/**
 * What a call needs.
 *
 * @param hash of its slot key
 * @param memoryBytes of a new container
 * @param cpuMillis of a new container
 */
record CallNeeds(long hash, long memoryBytes, long cpuMillis) {}
