package dev.berth.config;

import java.util.List;

/**
 * What {@link ConfigLoader} read.
 *
 * @param effective every setting with its value and source, in the order of the reference
 * @param warnings to be logged once the log is set up
 * @param ignored variables of Fn that are set and have no effect
 */
public record LoadedConfig(
        RunnerConfig config, List<Effective> effective, List<String> warnings, List<String> ignored) {
    public LoadedConfig {
        effective = List.copyOf(effective);
        warnings = List.copyOf(warnings);
        ignored = List.copyOf(ignored);
    }

    /**
     * @param value as text, with secrets hidden
     * @param source {@code default}, a variable, an option, or a file and line
     */
    public record Effective(String key, String value, String source) {
        public boolean isDefault() {
            return source.equals(ConfigLoader.DEFAULT);
        }
    }
}
