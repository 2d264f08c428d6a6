package dev.berth.config;

import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What values a setting takes.
 *
 * @param name the kind of value in one word, for tables
 * @param allowed what is allowed, to follow "must be"
 * @param parser text to value; throws {@link BadValue}
 * @param inRange whether a value of the right shape is allowed
 * @param printer value to the text the parser takes
 */
record SettingType<T>(
        String name, String allowed, Function<RawValue, T> parser, Predicate<T> inRange, Function<T, String> printer) {

    @Nullable
    T parse(RawValue raw) {
        return checked(parser.apply(raw));
    }

    @Nullable
    T checked(@Nullable T value) {
        if (value != null && !inRange.test(value)) {
            throw new BadValue();
        }
        return value;
    }

    /** The same type with other words for what is allowed and a further rule. */
    SettingType<T> where(String rule, Predicate<T> holds) {
        return new SettingType<>(name, rule, parser, inRange.and(holds), printer);
    }
}
