package dev.berth.config;

import java.util.List;

/** The settings cannot be used. Carries every problem found, one line each. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public ConfigException(List<String> problems) {
        super(String.join("\n", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** One line per problem; each names the setting, its value, where it came from and what is allowed. */
    public List<String> problems() {
        return problems;
    }
}
