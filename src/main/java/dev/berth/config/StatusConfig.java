package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Status examines.
 *
 * @param image a function run by Status to see that calls work; reserved, ordinary calls for it are refused
 * @param networkBarrier while this file is missing the status function runs without a network
 * @param healthCommand its {@code key=value} output becomes customStatus; its failure fails the status
 * @param healthTimeout limit of that command
 * @param kdumpFolder folder whose kernel dumps are counted
 */
public record StatusConfig(
        @Nullable String image,
        @Nullable Path networkBarrier,
        List<String> healthCommand,
        Duration healthTimeout,
        @Nullable Path kdumpFolder) {
    public StatusConfig {
        healthCommand = List.copyOf(healthCommand);
    }
}
