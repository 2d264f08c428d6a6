package dev.berth.config;

/**
 * The output of functions.
 *
 * @param stream keep it for StreamLogs
 * @param bufferBytes memory for lines that have not been collected
 */
public record LogsConfig(boolean stream, int bufferBytes) {}
