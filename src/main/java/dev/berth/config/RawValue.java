package dev.berth.config;

import java.util.List;
import java.util.Map;

/** A setting's value as it was written, before its type is applied. */
sealed interface RawValue {
    record Text(String text) implements RawValue {
        @Override
        public String toString() {
            return '"' + text + '"';
        }
    }

    /** A YAML sequence of scalars. */
    record Items(List<String> items) implements RawValue {
        @Override
        public String toString() {
            return items.toString();
        }
    }

    /** A YAML mapping of scalars. */
    record Entries(Map<String, String> entries) implements RawValue {
        @Override
        public String toString() {
            return entries.toString();
        }
    }

    /** The text of a scalar; a {@link BadValue} for anything else. */
    default String scalar() {
        if (this instanceof Text text) {
            return text.text();
        }
        throw new BadValue();
    }
}
