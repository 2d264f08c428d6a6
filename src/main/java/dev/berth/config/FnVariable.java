package dev.berth.config;

import java.util.List;
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
        T read(String name, Environment environment, List<String> warnings);
    }

    FnVariable<T> noted(String text) {
        return new FnVariable<>(name, text, reader);
    }
}
