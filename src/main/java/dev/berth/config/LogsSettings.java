package dev.berth.config;

import java.util.List;

/** The {@code logs} section. */
final class LogsSettings {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    static final Setting<Boolean> STREAM = Setting.of(
            "logs.stream",
            SettingTypes.bool(),
            false,
            "Keep what functions print, for a collector that calls StreamLogs. Without it output is thrown away,"
                    + " but for functions with a syslog address.");

    static final Setting<Integer> BUFFER = Setting.of(
            "logs.buffer",
            SettingTypes.intSize(64 * KIB, 1024 * MIB),
            4 * MIB,
            "Memory for lines that nobody has collected yet. When it is full the oldest go, and the collector is"
                    + " told how many.");

    static final List<Setting<?>> ALL = List.of(STREAM, BUFFER);

    private LogsSettings() {}

    static LogsConfig read(Values values) {
        return new LogsConfig(values.get(STREAM), values.get(BUFFER));
    }
}
