package dev.berth.ops.meter;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Something for each constant of an enum. Never changes. */
final class ByEnum<E extends Enum<E>, T> {
    private final Map<E, T> values;

    ByEnum(Class<E> type, Function<E, T> make) {
        values = new EnumMap<>(type);
        for (E each : type.getEnumConstants()) {
            values.put(each, make.apply(each));
        }
    }

    T of(E constant) {
        return Objects.requireNonNull(values.get(constant));
    }
}
