package dev.berth.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One row of the table of settings: drives reading, messages and the reference. Immutable. */
final class Setting<T> {
    private static final String PREFIX = "BERTH_";

    private final String key;
    private final SettingType<T> type;
    private final Function<Environment, T> defaultValue;
    private final @Nullable String defaultText;
    private final String doc;
    private final List<FnVariable<T>> aliases;

    private Setting(
            String key,
            SettingType<T> type,
            Function<Environment, T> defaultValue,
            @Nullable String defaultText,
            String doc,
            List<FnVariable<T>> aliases) {
        this.key = key;
        this.type = type;
        this.defaultValue = defaultValue;
        this.defaultText = defaultText;
        this.doc = doc;
        this.aliases = List.copyOf(aliases);
    }

    static <T> Setting<T> of(String key, SettingType<T> type, T defaultValue, String doc) {
        return new Setting<>(key, type, environment -> defaultValue, null, doc, List.of());
    }

    /** A setting that has no value unless one is given. */
    static <T> Setting<T> optional(String key, SettingType<T> type, String doc) {
        return new Setting<>(key, SettingTypes.optional(type), environment -> null, null, doc, List.of());
    }

    /** A setting whose default depends on the machine; {@code defaultText} says how. */
    static <T> Setting<T> derived(
            String key, SettingType<T> type, Function<Environment, T> defaultValue, String defaultText, String doc) {
        return new Setting<>(key, type, defaultValue, defaultText, doc, List.of());
    }

    Setting<T> or(FnVariable<T> alias) {
        List<FnVariable<T>> more = new ArrayList<>(aliases);
        more.add(alias);
        return new Setting<>(key, type, defaultValue, defaultText, doc, more);
    }

    String key() {
        return key;
    }

    SettingType<T> type() {
        return type;
    }

    T defaultValue(Environment environment) {
        return defaultValue.apply(environment);
    }

    /** The default in words where it is not the same everywhere. */
    @Nullable
    String defaultText() {
        return defaultText;
    }

    String doc() {
        return doc;
    }

    /** Later ones win over earlier ones. */
    List<FnVariable<T>> aliases() {
        return aliases;
    }

    boolean isSecret() {
        return type.name().equals("secret");
    }

    @Override
    public String toString() {
        return key;
    }

    /** {@code grpc.maxMessage} is {@code BERTH_GRPC_MAX_MESSAGE}. */
    String variable() {
        String words = key.replace('.', '_').replaceAll("([a-z0-9])([A-Z])", "$1_$2");
        return PREFIX + words.toUpperCase(Locale.ROOT);
    }
}
