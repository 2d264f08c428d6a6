package dev.berth.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The output of functions.
 *
 * @param stream keep it for StreamLogs
 * @param bufferBytes memory for lines that have not been collected
 */
public record FunctionLogConfig(boolean stream, int bufferBytes, Syslog syslog) {
    /**
     * Lines that the runner itself sends to syslog servers.
     *
     * @param bufferBytes memory for the lines of one container that wait for a server
     * @param authority a PEM file; null: the authorities that Java trusts
     */
    public record Syslog(int bufferBytes, @Nullable Path authority) {}
}
