package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * How many containers functions may have kept though nobody calls.
 *
 * @param most of one slot queue; 0: none are kept
 * @param share of the node's memory and processors, for all of them together; from 0 to 1
 * @param lasts for how long they are kept after a queue's last call; positive
 */
public record FloorConfig(int most, double share, Duration lasts) {
    /** As without any setting. */
    public static final FloorConfig DEFAULT = new FloorConfig(8, 0.25, Duration.ofDays(1));

    static final Setting<Integer> MOST = Setting.of(
            "registry.minIdle",
            SettingTypes.integer(0, 1000),
            DEFAULT.most,
            "How many containers a function may have kept at most, by its annotation dev.berth/min-idle, though nobody"
                    + " calls it. 0: the annotation does not count.");

    static final Setting<Double> SHARE = Setting.of(
            "registry.minIdleShare",
            SettingTypes.fraction(),
            DEFAULT.share,
            "The part of this node's memory, and of its processors, that containers kept so may take together.");

    static final Setting<Duration> LASTS = Setting.of(
            "registry.minIdleLasts",
            SettingTypes.duration(Duration.ofSeconds(1)),
            DEFAULT.lasts,
            "For how long after its last call a function's containers are kept so.");

    static final List<Setting<?>> ALL = List.of(MOST, SHARE, LASTS);

    static FloorConfig read(Values values) {
        return new FloorConfig(values.get(MOST), values.get(SHARE), values.get(LASTS));
    }
}
