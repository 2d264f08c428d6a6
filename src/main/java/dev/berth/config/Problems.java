package dev.berth.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong, so that it can be told all at once. */
final class Problems {
    private final List<String> lines = new ArrayList<>();

    void add(String line) {
        lines.add(line);
    }

    void addAll(List<String> more) {
        lines.addAll(more);
    }

    /** A rule between settings: unless it holds, {@code key} with {@code value} is a problem. */
    Problems require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            lines.add(key + " = " + value + ": must be " + allowed);
        }
        return this;
    }

    int count() {
        return lines.size();
    }

    void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new ConfigException(lines);
        }
    }
}
