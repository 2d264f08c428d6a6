package dev.berth.config;

import java.util.List;

/** The {@code why} section. */
final class WhySettings {
    private static final long MOST = 1L << 30;

    static final Setting<Long> MEMORY = Setting.of(
            "why.memory",
            SettingTypes.size(0, MOST),
            4L << 20,
            "For the records that berth why is answered from, 256 bytes a call: three quarters for calls that failed, had to"
                    + " wait or were slow, one for a choice of the others. 0: none are kept.");

    static final List<Setting<?>> ALL = List.of(MEMORY);

    private WhySettings() {}

    static WhyConfig read(Values values) {
        return new WhyConfig(values.get(MEMORY));
    }
}
