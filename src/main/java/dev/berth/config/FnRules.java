package dev.berth.config;

import dev.berth.config.FnVariable.Given;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fn's own ways to read its variables, which differ from ours. */
final class FnRules {
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger UNSIGNED_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private FnRules() {}

    /** As it is; if the variable is not set, the content of the file that {@code NAME_FILE} names. */
    static FnVariable<String> serverString(String name) {
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            String text = valueOrFile(variable, environment);
            return text == null ? null : new Given<>(text);
        });
    }

    /** Decimal, from the variable or the file that {@code NAME_FILE} names. */
    static FnVariable<Integer> serverInt(String name) {
        return serverString(name).as(text -> {
            try {
                return Integer.valueOf(text.trim());
            } catch (NumberFormatException e) {
                throw new BadValue();
            }
        });
    }

    /** Trimmed; an empty value counts. */
    static FnVariable<String> agentString(String name) {
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            String text = environment.get(variable);
            return text == null ? null : new Given<>(text.trim());
        });
    }

    /** Trimmed; an empty value means none. */
    static FnVariable<String> text(String name) {
        return agentString(name).as(text -> text.isEmpty() ? null : text);
    }

    /** A path; an empty value means none. */
    static FnVariable<Path> path(String name) {
        return agentString(name).as(text -> text.isEmpty() ? null : Path.of(text));
    }

    /** A list separated by white space. */
    static FnVariable<List<String>> words(String name) {
        return agentString(name).as(SettingTypes::words).noted("separated by white space");
    }

    /** True and false as Go's ParseBool takes them; anything else, also empty, is refused. */
    static FnVariable<Boolean> bool(String name) {
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            String text = environment.get(variable);
            return text == null ? null : new Given<>(parseBool(text));
        });
    }

    /** As {@link #bool}, for a variable that switches off what the setting switches on. */
    static FnVariable<Boolean> invertedBool(String name) {
        return bool(name).as(off -> !off).noted("inverted");
    }

    /** Unsigned 64 bits, where empty counts as not set. What does not fit a long is its largest value. */
    static FnVariable<Long> uint(String name) {
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            String text = environment.get(variable);
            return text == null || text.isEmpty() ? null : new Given<>(clamped(parseUnsigned(text)));
        });
    }

    static FnVariable<Integer> uintAsInt(String name) {
        return uint(name).as(value -> {
            if (value > Integer.MAX_VALUE) {
                throw new BadValue();
            }
            return value.intValue();
        });
    }

    /** As {@link #uint}, but empty is refused, and what does not fit a long leaves the limit unset. */
    static FnVariable<Long> ulimit(String name) {
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            String text = environment.get(variable);
            if (text == null) {
                return null;
            }
            BigInteger value = parseUnsigned(text);
            if (value.compareTo(LONG_MAX) > 0) {
                warnings.add(variable + "=" + text + " is too large for a limit: the limit is not set");
                return new Given<>(-1L);
            }
            return new Given<>(value.longValue());
        });
    }

    /** Milliseconds, where empty counts as not set and negative or endless is {@code never}. */
    static FnVariable<Duration> msecs(String name, Duration never) {
        return new FnVariable<>(name, "milliseconds, negative: never", (variable, environment, warnings) -> {
            String text = environment.get(variable);
            return text == null || text.isEmpty() ? null : new Given<>(parseMillis(text, never));
        });
    }

    /** The variable's name, or {@code NAME_FILE} when that is what is set. */
    static String nameUsed(String name, Environment environment) {
        return environment.has(name) ? name : name + "_FILE";
    }

    private static @Nullable String valueOrFile(String name, Environment environment) {
        String value = environment.get(name);
        String file = environment.get(name + "_FILE");
        if (value != null || file == null) {
            return value;
        }
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new BadValue("a file that can be read");
        }
    }

    private static boolean parseBool(String text) {
        return switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw new BadValue("one of 1, t, true, 0, f, false");
        };
    }

    private static Duration parseMillis(String text, Duration never) {
        try {
            long millis = Long.parseLong(text);
            return millis < 0 || millis >= Durations.UNLIMITED.toMillis() ? never : Duration.ofMillis(millis);
        } catch (NumberFormatException e) {
            throw new BadValue("a whole number of milliseconds, negative for never");
        }
    }

    private static BigInteger parseUnsigned(String text) {
        if (!text.matches("[0-9]+")) {
            throw new BadValue("a whole number, 0 or more");
        }
        BigInteger value = new BigInteger(text);
        if (value.compareTo(UNSIGNED_MAX) > 0) {
            throw new BadValue("a whole number of at most 64 bits");
        }
        return value;
    }

    private static long clamped(BigInteger value) {
        return value.min(LONG_MAX).longValue();
    }
}
