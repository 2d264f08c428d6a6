package dev.berth.config;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The types settings have. */
final class SettingTypes {
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final Pattern WHITE_SPACE_OR_COMMA = Pattern.compile("[\\s,]+");

    private SettingTypes() {}

    static SettingType<Integer> integer(int min, int max) {
        return new SettingType<>(
                "number",
                "a whole number from " + min + " to " + max,
                raw -> Math.toIntExact(wholeNumber(raw, min, max)),
                value -> value >= min && value <= max,
                String::valueOf);
    }

    /** A whole number or a word, which is read as {@code meaning}. */
    static SettingType<Integer> integerOr(String word, int meaning, int min, int max) {
        SettingType<Integer> plain = integer(min, max);
        return new SettingType<>(
                plain.name(),
                plain.allowed() + ", or " + word,
                raw -> raw.scalar().trim().equals(word) ? Integer.valueOf(meaning) : plain.parse(raw),
                value -> value == meaning || plain.inRange().test(value),
                value -> value == meaning ? word : String.valueOf(value));
    }

    static SettingType<Long> longInteger(long min, long max) {
        String allowed = max == Long.MAX_VALUE
                ? "a whole number, " + min + " or more"
                : "a whole number from " + min + " to " + max;
        return new SettingType<>(
                "number",
                allowed,
                raw -> wholeNumber(raw, min, max),
                value -> value >= min && value <= max,
                String::valueOf);
    }

    /** Bytes, for sizes that may not fit an int. */
    static SettingType<Long> size(long min, long max) {
        return new SettingType<>(
                "size",
                sizeRule(min, max),
                raw -> ByteSizes.parse(raw.scalar()),
                value -> value >= min && value <= max,
                ByteSizes::print);
    }

    static SettingType<Integer> intSize(int min, int max) {
        SettingType<Long> wide = size(min, max);
        return new SettingType<>(
                wide.name(),
                wide.allowed(),
                raw -> intOf(ByteSizes.parse(raw.scalar())),
                value -> value >= min && value <= max,
                value -> ByteSizes.print(value));
    }

    static SettingType<Duration> duration(Duration min) {
        String least = min.isZero() ? "" : ", at least " + Durations.print(min);
        return new SettingType<>(
                "duration",
                "a duration with its unit such as 30s, 50ms or 2m5s" + least,
                raw -> Durations.parse(raw.scalar()),
                value -> value.compareTo(min) >= 0,
                Durations::print);
    }

    /** A duration or the word {@code never}, which is read as {@code never}. */
    static SettingType<Duration> durationOr(Duration never, Duration min) {
        SettingType<Duration> plain = duration(min);
        return new SettingType<>(
                "duration",
                plain.allowed() + ", or never",
                raw -> raw.scalar().trim().equals("never") ? never : Durations.parse(raw.scalar()),
                value -> value.equals(never) || plain.inRange().test(value),
                plain.printer());
    }

    static SettingType<Boolean> bool() {
        return new SettingType<>(
                "true or false",
                "true or false",
                raw -> switch (raw.scalar().trim()) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new BadValue();
                },
                value -> true,
                String::valueOf);
    }

    /** A decimal number from 0 to 1. */
    static SettingType<Double> fraction() {
        return new SettingType<>(
                "number",
                "a number from 0 to 1",
                raw -> {
                    try {
                        return Double.valueOf(raw.scalar().trim());
                    } catch (NumberFormatException e) {
                        throw new BadValue();
                    }
                },
                value -> value >= 0 && value <= 1,
                String::valueOf);
    }

    /** An enum constant in lower case. */
    static <E extends Enum<E>> SettingType<E> oneOf(Class<E> type) {
        String names = Arrays.stream(type.getEnumConstants())
                .map(SettingTypes::lowerCase)
                .collect(Collectors.joining(", "));
        return new SettingType<>(
                names,
                "one of " + names,
                raw -> Arrays.stream(type.getEnumConstants())
                        .filter(constant ->
                                lowerCase(constant).equals(raw.scalar().trim()))
                        .findFirst()
                        .orElseThrow(BadValue::new),
                value -> true,
                SettingTypes::lowerCase);
    }

    static SettingType<String> string() {
        return new SettingType<>("text", "a text", RawValue::scalar, value -> true, Function.identity());
    }

    static SettingType<Secret> secret() {
        return new SettingType<>("secret", "a text", raw -> new Secret(raw.scalar()), value -> true, Secret::toString);
    }

    static SettingType<Path> path() {
        return new SettingType<>("path", "a path", SettingTypes::toPath, value -> true, Path::toString);
    }

    static SettingType<Path> readableFile() {
        return new SettingType<>(
                "file",
                "a file that can be read",
                SettingTypes::toPath,
                file -> Files.isRegularFile(file) && Files.isReadable(file),
                Path::toString);
    }

    /** A YAML list, or one text cut at white space and commas. */
    static SettingType<List<String>> list() {
        return listCutAt("a list, or texts separated by commas or white space", WHITE_SPACE_OR_COMMA);
    }

    /** Networks, each an IP address with or without the length of its prefix. */
    static SettingType<List<String>> networks() {
        return list().where(
                        "a list of networks such as 10.0.0.0/8 or fd00::/8, or texts separated by commas or white space",
                        networks -> networks.stream().allMatch(SettingTypes::isNetwork));
    }

    private static boolean isNetwork(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        int bits = NetUtil.isValidIpV4Address(address) ? 32 : isIpV6Address(address) ? 128 : -1;
        if (bits < 0 || slash < 0) {
            return bits >= 0;
        }
        String prefix = text.substring(slash + 1);
        return prefix.matches("[0-9]{1,3}") && Integer.parseInt(prefix) <= bits;
    }

    /** Clients are never known by an IPv4 address in IPv6's form: a network of such would let nobody in. */
    private static boolean isIpV6Address(String address) {
        try {
            return NetUtil.isValidIpV6Address(address) && InetAddress.getByName(address) instanceof Inet6Address;
        } catch (UnknownHostException otherScope) {
            return false;
        }
    }

    /** A YAML list, or one text cut at white space: a command with its arguments. */
    static SettingType<List<String>> command() {
        return listCutAt("a list, or words separated by white space", WHITE_SPACE);
    }

    /** A YAML mapping, or {@code name=value,name=value}. */
    static SettingType<Map<String, String>> map() {
        return new SettingType<>(
                "map",
                "a mapping, or name=value pairs separated by commas",
                SettingTypes::toMap,
                value -> value.keySet().stream().noneMatch(String::isEmpty),
                value -> value.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(",")));
    }

    /** The same type where an empty text means none, which is null. */
    static <T> SettingType<T> optional(SettingType<T> type) {
        return new SettingType<>(
                type.name(),
                type.allowed() + ", or empty for none",
                raw -> raw instanceof RawValue.Text text && text.text().isBlank() ? null : type.parse(raw),
                type.inRange(),
                value -> value == null ? "" : type.printer().apply(value));
    }

    static List<String> words(String text) {
        return cut(text, WHITE_SPACE);
    }

    private static SettingType<List<String>> listCutAt(String allowed, Pattern separator) {
        return new SettingType<>(
                "list",
                allowed,
                raw -> raw instanceof RawValue.Items items ? items.items() : cut(raw.scalar(), separator),
                value -> true,
                value -> String.join(" ", value));
    }

    private static List<String> cut(String text, Pattern separator) {
        return separator.splitAsStream(text).filter(part -> !part.isEmpty()).toList();
    }

    private static Map<String, String> toMap(RawValue raw) {
        if (raw instanceof RawValue.Entries entries) {
            return entries.entries();
        }
        Map<String, String> map = new LinkedHashMap<>();
        for (String pair : raw.scalar().split(",")) {
            int equals = pair.indexOf('=');
            if (equals < 0 && !pair.isBlank()) {
                throw new BadValue();
            }
            if (equals >= 0) {
                map.put(pair.substring(0, equals).trim(), pair.substring(equals + 1));
            }
        }
        return map;
    }

    private static long wholeNumber(RawValue raw, long min, long max) {
        try {
            long value = Long.parseLong(raw.scalar().trim());
            if (value < min || value > max) {
                throw new BadValue();
            }
            return value;
        } catch (NumberFormatException e) {
            throw new BadValue();
        }
    }

    private static int intOf(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new BadValue();
        }
        return (int) bytes;
    }

    private static Path toPath(RawValue raw) {
        String text = raw.scalar().trim();
        if (text.isEmpty()) {
            throw new BadValue();
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new BadValue();
        }
    }

    private static String sizeRule(long min, long max) {
        String range = max == Long.MAX_VALUE
                ? (min == 0 ? "" : ", at least " + ByteSizes.print(min))
                : ", from " + ByteSizes.print(min) + " to " + ByteSizes.print(max);
        return "a size in bytes or with a unit such as 64KiB or 8MiB" + range;
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
