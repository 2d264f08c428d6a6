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
    static final Setting<String> IMAGE = Setting.optional(
            "status.image",
            SettingTypes.string(),
            "A function that Status runs to see whether calls work. Ordinary calls for this image are refused.");

    static final Setting<Path> NETWORK_BARRIER = Setting.optional(
            "status.networkBarrier",
            SettingTypes.path(),
            "While this file is missing, the status function runs without a network.");

    static final Setting<List<String>> HEALTH_COMMAND = Setting.of(
            "status.healthCommand",
            SettingTypes.command(),
            List.of(),
            "A command that Status runs: the key=value lines it prints become customStatus. Its failure fails"
                    + " the status; its lines errorCode=400..599 and errorStr=... then say how.");

    static final Setting<Duration> HEALTH_TIMEOUT = Setting.of(
            "status.healthTimeout",
            SettingTypes.duration(Duration.ofMillis(1)),
            Duration.ofSeconds(5),
            "Limit of that command.");

    static final Setting<Path> KDUMP_FOLDER =
            Setting.optional("status.kdumpFolder", SettingTypes.path(), "Folder whose kernel dumps Status counts.");

    static final List<Setting<?>> ALL = List.of(IMAGE, NETWORK_BARRIER, HEALTH_COMMAND, HEALTH_TIMEOUT, KDUMP_FOLDER);

    static StatusConfig read(Values values) {
        return new StatusConfig(
                values.get(IMAGE),
                values.get(NETWORK_BARRIER),
                values.get(HEALTH_COMMAND),
                values.get(HEALTH_TIMEOUT),
                values.get(KDUMP_FOLDER));
    }

    public StatusConfig {
        healthCommand = List.copyOf(healthCommand);
    }
}
