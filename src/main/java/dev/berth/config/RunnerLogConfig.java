package dev.berth.config;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code log} section: what is set, and the settings themselves.
 *
 * @param level lowest level written
 * @param destination {@code stderr}, {@code file:///path}, {@code udp://host:port} or {@code tcp://host:port}
 * @param prefix tag of syslog lines
 * @param access whether each call has a line
 */
public record RunnerLogConfig(Level level, Format format, String destination, String prefix, boolean access) {
    private static final Pattern DESTINATION =
            Pattern.compile("stderr|file:///.+|(udp|tcp)://[^/:]+:\\d{1,5}|(udp|tcp)://\\[[0-9A-Fa-f:.]+\\]:\\d{1,5}");

    static final Setting<Level> LEVEL = Setting.of(
                    "log.level", SettingTypes.oneOf(Level.class), Level.INFO, "Lowest level written.")
            .or(lenient("FN_LOG_LEVEL", RunnerLogConfig::fnLevel, Level.INFO)
                    .noted("panic and fatal: error; a wrong level: info, with a warning"));

    static final Setting<Format> FORMAT = Setting.of(
                    "log.format",
                    SettingTypes.oneOf(Format.class),
                    Format.TEXT,
                    "One line of text or one JSON object per entry.")
            .or(lenient("FN_LOG_FORMAT", RunnerLogConfig::fnFormat, Format.TEXT)
                    .noted("a wrong format: text, with a warning"));

    static final Setting<String> DESTINATION_URL = Setting.of(
                    "log.destination",
                    SettingTypes.string()
                            .where(
                                    "stderr, file:///path, udp://host:port or tcp://host:port",
                                    text -> DESTINATION.matcher(text).matches()),
                    "stderr",
                    "Where the log goes: stderr, file:///path, or a syslog server udp://host:port or tcp://host:port.")
            .or(lenient("FN_LOG_DEST", RunnerLogConfig::fnDestination, "stderr")
                    .noted("without a scheme: udp; a wrong one: stderr, with a warning"));

    static final Setting<String> PREFIX = Setting.of(
                    "log.prefix", SettingTypes.string(), "", "Tag of the lines sent to a syslog server.")
            .or(FnRules.serverString("FN_LOG_PREFIX"));

    static final Setting<Boolean> ACCESS = Setting.of(
            "log.access",
            SettingTypes.bool(),
            false,
            "Write a line for each call once it has ended, whatever the level: how it ended, how long it waited and ran, and"
                    + " why.");

    static final List<Setting<?>> ALL = List.of(LEVEL, FORMAT, DESTINATION_URL, PREFIX, ACCESS);

    static RunnerLogConfig read(Values values) {
        return new RunnerLogConfig(
                values.get(LEVEL),
                values.get(FORMAT),
                values.get(DESTINATION_URL),
                values.get(PREFIX),
                values.get(ACCESS));
    }

    /** Fn starts all the same with a wrong value of its log variables. */
    private static <T> FnVariable<T> lenient(String name, Function<String, @Nullable T> convert, T fallback) {
        FnVariable<String> plain = FnRules.serverString(name);
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            FnVariable.Given<String> given = plain.reader().read(variable, environment, warnings);
            if (given == null || given.value() == null || given.value().isBlank()) {
                return null;
            }
            T value = convert.apply(given.value().trim());
            if (value == null) {
                String used = fallback.toString().toLowerCase(Locale.ROOT);
                warnings.add(variable + "=" + given.value() + " is not known here: " + used + " is used");
            }
            return new FnVariable.Given<>(value == null ? fallback : value);
        });
    }

    private static RunnerLogConfig.@Nullable Level fnLevel(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "panic", "fatal", "error" -> Level.ERROR;
            case "warn", "warning" -> Level.WARN;
            case "info" -> Level.INFO;
            case "debug" -> Level.DEBUG;
            case "trace" -> Level.TRACE;
            default -> null;
        };
    }

    private static RunnerLogConfig.@Nullable Format fnFormat(String text) {
        return switch (text) {
            case "text" -> Format.TEXT;
            case "json" -> Format.JSON;
            default -> null;
        };
    }

    private static @Nullable String fnDestination(String text) {
        String url = text.contains("://") || text.equals("stderr") ? text : "udp://" + text;
        return DESTINATION.matcher(url).matches() ? url : null;
    }

    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    public enum Format {
        TEXT,
        JSON
    }
}
