package dev.berth.config;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The process environment.
 *
 * @param lookup value of a variable, null when it is not set
 * @param names all variables that are set; empty when only single ones can be asked for
 */
record Environment(Function<String, @Nullable String> lookup, Set<String> names) {

    static Environment of(Map<String, String> variables) {
        return new Environment(variables::get, variables.keySet());
    }

    @Nullable
    String get(String name) {
        return lookup.apply(name);
    }

    boolean has(String name) {
        return get(name) != null;
    }

    /** Whether a variable has a value that is not empty. */
    boolean hasText(String name) {
        String value = get(name);
        return value != null && !value.isEmpty();
    }
}
