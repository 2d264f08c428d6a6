package dev.berth.config;

import java.util.Map;
import java.util.Set;

/**
 * How calls are treated.
 *
 * @param fullDuplex allow a 200 before the whole request body has been handed to the function
 * @param detached allow detached calls
 * @param extraEnv added to the environment of every container
 * @param passedExtensions names of TryCall extensions passed on as environment; part of our own slot hash
 * @param maxRequestBytes limit of a request body for the stdin/stdout formats; 0: none
 * @param maxLogBytes limit of what is kept of the output of one call; 0: nothing
 * @param syslogSockets paths of sockets that calls may have their output sent to
 */
public record CallConfig(
        boolean fullDuplex,
        boolean detached,
        Map<String, String> extraEnv,
        Set<String> passedExtensions,
        long maxRequestBytes,
        long maxLogBytes,
        Set<String> syslogSockets) {
    public CallConfig {
        syslogSockets = Set.copyOf(syslogSockets);
        extraEnv = Map.copyOf(extraEnv);
        passedExtensions = Set.copyOf(passedExtensions);
    }
}
