package dev.berth.config;

import java.time.Duration;

/**
 * Frame streams between verticles.
 *
 * @param windowBytes credit each half-stream starts with
 * @param maxFrameBytes largest piece sent in one bus message
 * @param pingInterval how often the other end of live streams is asked whether it is there
 * @param pingTimeout silence after which it is taken for dead
 */
public record StreamConfig(int windowBytes, int maxFrameBytes, Duration pingInterval, Duration pingTimeout) {
    public StreamConfig {
        new Problems()
                .require(
                        maxFrameBytes <= windowBytes,
                        "stream.maxFrame",
                        ByteSizes.print(maxFrameBytes),
                        "at most stream.window = " + ByteSizes.print(windowBytes))
                .require(
                        pingTimeout.compareTo(pingInterval) > 0,
                        "stream.pingTimeout",
                        Durations.print(pingTimeout),
                        "longer than stream.pingInterval = " + Durations.print(pingInterval))
                .throwIfAny();
    }
}
