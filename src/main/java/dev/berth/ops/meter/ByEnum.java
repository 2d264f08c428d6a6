package dev.berth.ops.meter;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Something for each constant of an enum. Never changes. */
final class ByEnum<E extends Enum<E>, T> {
    private final Map<E, T> values;

    ByEnum(Class<E> type, Function<E, T> make) {
        values = new EnumMap<>(type);
        for (E each : type.getEnumConstants()) {
            values.put(each, make.apply(each));
        }
    }

    /** By their labels, but for those of which it is zero. */
    Map<String, Long> counted(ToDoubleFunction<T> count) {
        Map<String, Long> counted = new TreeMap<>();
        values.forEach((constant, value) -> {
            long number = Math.round(count.applyAsDouble(value));
            if (number != 0) {
                counted.put(Meters.label(constant), number);
            }
        });
        return counted;
    }

    T of(E constant) {
        return Objects.requireNonNull(values.get(constant));
    }
}
