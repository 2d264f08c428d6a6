package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * Which containers a runner takes over that an earlier one on this machine has left.
 *
 * @param adopt which
 * @param within how long ago it may have left them
 * @param await how long the start waits for one that is leaving
 * @param takeOver whether it waits for any that is there
 */
public record AdoptConfig(Adopt adopt, Duration within, Duration await, boolean takeOver) {

    /** Which of them. */
    public enum Adopt {
        /** None: they are removed. */
        OFF,
        /** Those that it has handed over. */
        HANDOVER,
        /** And those that were frozen when it ended in whatever way. */
        FROZEN
    }

    /** As without any setting. */
    public static final AdoptConfig DEFAULT =
            new AdoptConfig(Adopt.HANDOVER, Duration.ofMinutes(1), Duration.ofSeconds(30), false);

    static final Setting<Adopt> ADOPT = Setting.of(
            "worker.adopt",
            SettingTypes.oneOf(Adopt.class),
            DEFAULT.adopt,
            "Which containers of an earlier runner with the same socket root are taken over at the start: handover, those"
                    + " that it has handed over (SIGUSR2); frozen, also those that were frozen when it crashed. All others"
                    + " are removed.");

    static final Setting<Duration> WITHIN = Setting.of(
            "worker.adoptWithin",
            SettingTypes.duration(Duration.ZERO),
            DEFAULT.within,
            "How long ago an earlier runner may have left or, if it crashed, made ready or taken over a container that is"
                    + " taken over; older ones are removed.");

    static final Setting<Duration> AWAIT = Setting.of(
            "worker.adoptWait",
            SettingTypes.duration(Duration.ZERO),
            DEFAULT.await,
            "How long a start waits for a runner with the same socket root that is handing over.");

    static final Setting<Boolean> TAKE_OVER = Setting.of(
            "worker.takeOver",
            SettingTypes.bool(),
            false,
            "Wait so also for a runner with the same socket root that has not begun to hand over: this one can be started"
                    + " before the other is told to.");

    static final List<Setting<?>> ALL = List.of(ADOPT, WITHIN, AWAIT, TAKE_OVER);

    static AdoptConfig read(Values values) {
        return new AdoptConfig(values.get(ADOPT), values.get(WITHIN), values.get(AWAIT), values.get(TAKE_OVER));
    }

    /** Whether any are taken over. */
    public boolean on() {
        return adopt != Adopt.OFF;
    }
}
