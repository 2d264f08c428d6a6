package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * Which idle containers are kept.
 *
 * @param keep how long at most
 * @param maxIdle how long at most where that is not left to their functions
 * @param leastSaved of the time that starts take, for each GiB and hour that an idle container costs; not negative
 * @param evict which go first where room is short
 * @param floor how many stay though nobody calls
 * @param foresight which are started ahead of calls
 */
public record KeepConfig(
        Keep keep, Duration maxIdle, Duration leastSaved, Evict evict, FloorConfig floor, ForesightConfig foresight) {

    /** How long an idle container may be kept. */
    public enum Keep {
        /** For its function's idle timeout. */
        TIMEOUT,
        /** For {@code maxIdle}, if that is longer. */
        VALUE
    }

    /** Which idle containers go first. */
    public enum Evict {
        /** Those whose return costs least. */
        VALUE,
        /** Those idle longest. */
        LRU
    }

    /** As without any setting. */
    public static final KeepConfig DEFAULT =
            new KeepConfig(Keep.TIMEOUT, Duration.ofHours(6), Duration.ZERO, Evict.VALUE, FloorConfig.DEFAULT);

    static final Setting<Keep> KEEP = Setting.of(
            "registry.keep",
            SettingTypes.oneOf(Keep.class),
            DEFAULT.keep,
            "How long an idle container is kept at most: for its function's idle timeout, or, with value, for"
                    + " registry.maxIdle where that is longer.");

    static final Setting<Duration> MAX_IDLE = Setting.of(
            "registry.maxIdle",
            SettingTypes.duration(Duration.ZERO),
            DEFAULT.maxIdle,
            "How long an idle container is kept at most with registry.keep=value.");

    static final Setting<Duration> LEAST_SAVED = Setting.of(
            "registry.leastSaved",
            SettingTypes.duration(Duration.ZERO),
            DEFAULT.leastSaved,
            "An idle container is let go earlier if keeping it should save less time of starting than this for each GiB"
                    + " and hour. 0: it is kept while there is room.");

    static final Setting<Evict> EVICT = Setting.of(
            "registry.evict",
            SettingTypes.oneOf(Evict.class),
            DEFAULT.evict,
            "Which idle containers go first where room is short: with value those whose return should cost least for the"
                    + " memory they hold, with lru those idle longest.");

    static final List<Setting<?>> ALL = List.of(KEEP, MAX_IDLE, LEAST_SAVED, EVICT);

    /** With nothing started ahead, as without a setting. */
    public KeepConfig(Keep keep, Duration maxIdle, Duration leastSaved, Evict evict, FloorConfig floor) {
        this(keep, maxIdle, leastSaved, evict, floor, ForesightConfig.DEFAULT);
    }

    static KeepConfig read(Values values) {
        return new KeepConfig(
                values.get(KEEP),
                values.get(MAX_IDLE),
                values.get(LEAST_SAVED),
                values.get(EVICT),
                FloorConfig.read(values),
                ForesightConfig.read(values));
    }
}
