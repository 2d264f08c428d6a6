package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * Containers that are started ahead of calls.
 *
 * @param on whether any are
 * @param share of the node's memory and processors, for all of them together; from 0 to 1
 * @param leastPeriod of functions for which it is done; at least 2 seconds
 */
public record ForesightConfig(boolean on, double share, Duration leastPeriod) {
    /** As without any setting. */
    public static final ForesightConfig DEFAULT = new ForesightConfig(false, 0.05, Duration.ofSeconds(10));

    static final Setting<Boolean> ON = Setting.of(
            "registry.foresight",
            SettingTypes.bool(),
            DEFAULT.on,
            "Start a container ahead of the next call of a function that is called with a regular period, where there is"
                    + " room that nobody wants.");

    static final Setting<Double> SHARE = Setting.of(
            "registry.foresightShare",
            SettingTypes.fraction(),
            DEFAULT.share,
            "The part of this node's memory, and of its processors, that containers started ahead may take together.");

    static final Setting<Duration> LEAST_PERIOD = Setting.of(
            "registry.foresightLeastPeriod",
            SettingTypes.duration(Duration.ofSeconds(2)),
            DEFAULT.leastPeriod,
            "No container is started ahead for a function that is called more often than this.");

    static final List<Setting<?>> ALL = List.of(ON, SHARE, LEAST_PERIOD);

    static ForesightConfig read(Values values) {
        return new ForesightConfig(values.get(ON), values.get(SHARE), values.get(LEAST_PERIOD));
    }
}
