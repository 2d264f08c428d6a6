package dev.berth.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The output of functions.
 *
 * @param stream keep it for StreamLogs
 * @param live let operators see it as it is printed
 * @param bufferBytes memory for lines that have not been collected
 */
public record FunctionLogConfig(boolean stream, boolean live, int bufferBytes, Syslog syslog) {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    static final Setting<Boolean> STREAM = Setting.of(
            "logs.stream",
            SettingTypes.bool(),
            false,
            "Keep what functions print, for a collector that calls StreamLogs. Without it output is thrown away,"
                    + " but for functions with a syslog address.");

    static final Setting<Boolean> LIVE = Setting.of(
            "logs.live",
            SettingTypes.bool(),
            false,
            "Let operators see what functions print, by berth logs and in the console; with logs.stream they always do.");

    static final Setting<Integer> BUFFER = Setting.of(
            "logs.buffer",
            SettingTypes.intSize(64 * KIB, 1024 * MIB),
            4 * MIB,
            "Memory for lines that nobody has collected yet. When it is full the oldest go, and the collector is"
                    + " told how many.");

    static final Setting<Integer> SYSLOG_BUFFER = Setting.of(
            "logs.syslog.buffer",
            SettingTypes.intSize(16 * KIB, 64 * MIB),
            256 * KIB,
            "Memory for lines of one container that wait for a syslog server to take them. When it is full the"
                    + " oldest go, and the server is told how many.");

    static final Setting<Path> SYSLOG_AUTHORITY = Setting.optional(
            "logs.syslog.authority",
            SettingTypes.readableFile(),
            "Syslog servers over tcp+tls must show a certificate signed by it, a PEM file; none: by an authority"
                    + " that Java trusts. Does not concern the driver of a container engine.");

    static final List<Setting<?>> ALL = List.of(STREAM, LIVE, BUFFER, SYSLOG_BUFFER, SYSLOG_AUTHORITY);

    static FunctionLogConfig read(Values values) {
        return new FunctionLogConfig(
                values.get(STREAM),
                values.get(STREAM) || values.get(LIVE),
                values.get(BUFFER),
                new Syslog(values.get(SYSLOG_BUFFER), values.get(SYSLOG_AUTHORITY)));
    }

    /**
     * Lines that the runner itself sends to syslog servers.
     *
     * @param bufferBytes memory for the lines of one container that wait for a server
     * @param authority a PEM file; null: the authorities that Java trusts
     */
    public record Syslog(int bufferBytes, @Nullable Path authority) {}
}
