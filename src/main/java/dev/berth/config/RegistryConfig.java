package dev.berth.config;

/**
 * Capacity.
 *
 * @param nonBlocking refuse at once a call that cannot be placed now, instead of letting it wait
 * @param maxMemoryBytes cap of the memory given to containers; 0: what the machine has
 * @param maxCpuMillis cap of thousandths of CPUs given to containers; 0: what the machine has
 * @param maxWaiters calls that may wait on this node; more are refused
 */
public record RegistryConfig(boolean nonBlocking, long maxMemoryBytes, long maxCpuMillis, int maxWaiters) {}
