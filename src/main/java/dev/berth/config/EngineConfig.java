package dev.berth.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The {@code engine} section: what is set, and the settings themselves.
 *
 * @param kind which engine runs the functions
 * @param catalogue folder of functions for the process engine: {@code <catalogue>/<image name>/func.yaml}
 * @param pullTimeout limit of one image pull; no limit is a hundred years, which any timer takes
 */
public record EngineConfig(Kind kind, Path catalogue, Duration pullTimeout) {
    private static final Path EXAMPLES = Path.of("src/examples");

    static final Setting<Kind> KIND = Setting.of(
            "engine.kind",
            SettingTypes.oneOf(Kind.class),
            Kind.AUTO,
            "What runs the functions: docker (Docker or Podman), process (plain child processes, with no isolation"
                    + " whatever), or auto: docker where one answers, else process.");

    static final Setting<Path> CATALOGUE = Setting.derived(
            "engine.catalogue",
            SettingTypes.path(),
            environment -> Files.isDirectory(EXAMPLES) ? EXAMPLES : Path.of("functions"),
            "src/examples where there is one, else functions",
            "Folder of functions for the process engine: <catalogue>/<image name>/func.yaml.");

    static final Setting<Duration> PULL_TIMEOUT = Setting.of(
                    "engine.pullTimeout",
                    SettingTypes.durationOr(Durations.UNLIMITED, Duration.ofMillis(1)),
                    Duration.ofMinutes(10),
                    "Limit of one image pull.")
            .or(FnRules.msecs("FN_HOT_PULL_TIMEOUT_MSECS", Durations.UNLIMITED));

    static final List<Setting<?>> ALL = List.of(KIND, CATALOGUE, PULL_TIMEOUT);

    static EngineConfig read(Values values) {
        return new EngineConfig(values.get(KIND), values.get(CATALOGUE), values.get(PULL_TIMEOUT));
    }

    public enum Kind {
        /** A container engine where one answers, plain processes otherwise. */
        AUTO,
        DOCKER,
        PROCESS
    }
}
