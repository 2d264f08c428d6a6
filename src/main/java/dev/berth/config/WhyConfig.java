package dev.berth.config;

/**
 * What is kept of calls, for whoever asks why one went as it did.
 *
 * @param memoryBytes for the records of all calls; 0: none are kept
 */
public record WhyConfig(long memoryBytes) {}
