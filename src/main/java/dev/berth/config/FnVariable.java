package dev.berth.config;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Another program's environment variable that sets one of our settings: Fn's, or the Docker client's.
 *
 * @param note for the reference: how its meaning differs from the setting's; empty: not at all
 * @param reader null when the variable counts as not set; throws {@link BadValue} with what is allowed
 */
record FnVariable<T>(String name, String note, Reader<T> reader) {

    interface Reader<T> {
        @Nullable
        Given<T> read(String name, Environment environment, List<String> warnings);
    }

    /** A variable that is set; it may say "none", which is null. */
    record Given<T>(@Nullable T value) {
        <R> Given<R> map(Function<T, @Nullable R> convert) {
            return new Given<>(convert.apply(value));
        }
    }

    /** The variable under another meaning. */
    <R> FnVariable<R> as(Function<T, @Nullable R> convert) {
        return new FnVariable<>(name, note, (variable, environment, warnings) -> {
            Given<T> given = reader.read(variable, environment, warnings);
            return given == null ? null : given.map(convert);
        });
    }

    FnVariable<T> noted(String text) {
        return new FnVariable<>(name, text, reader);
    }
}
