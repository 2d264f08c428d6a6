package dev.berth.config;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** The value each setting has in the end, and where it came from. */
final class Values {
    private final IdentityHashMap<Setting<?>, Entry> entries = new IdentityHashMap<>();

    private record Entry(@Nullable Object value, String source) {}

    <T> void put(Setting<T> setting, @Nullable T value, String source) {
        entries.put(setting, new Entry(value, source));
    }

    /** Null only for a setting that may be none. */
    @SuppressWarnings({"unchecked", "NullAway"})
    <T> T get(Setting<T> setting) {
        return (T) entry(setting).value();
    }

    /** {@code default}, a variable's name, an option, or a file and line. */
    String source(Setting<?> setting) {
        return entry(setting).source();
    }

    <T> String print(Setting<T> setting) {
        return setting.type().printer().apply(get(setting));
    }

    private Entry entry(Setting<?> setting) {
        Entry entry = entries.get(setting);
        if (entry == null) {
            throw new IllegalStateException(setting.key() + " is not in the table of settings");
        }
        return entry;
    }
}
