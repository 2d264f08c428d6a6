package dev.berth.cli;

import dev.berth.config.ConfigLoader;
import dev.berth.config.LoadedConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the settings of a runner come from. */
final class SettingsOptions {
    private static final List<Path> DEFAULT_FILES =
            List.of(Path.of("conf/berth.yaml"), Path.of("/etc/berth/berth.yaml"));

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings; default: conf/berth.yaml where there is one, else /etc/berth/berth.yaml where"
                    + " there is one.")
    private @Nullable Path file;

    @Option(names = "--port", paramLabel = "N", description = "Setting grpc.port; 0: any free port.")
    private @Nullable String port;

    @Option(names = "--engine", paramLabel = "KIND", description = "Setting engine.kind: auto, docker or process.")
    private @Nullable String engine;

    @Option(names = "--cluster", description = "Setting cluster.enabled: form one runner with other nodes.")
    private boolean cluster;

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "Any other setting; repeatable.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    /** Throws {@link dev.berth.config.ConfigException}. */
    LoadedConfig load() {
        return ConfigLoader.load(settingsFile(), System.getenv(), options());
    }

    private @Nullable Path settingsFile() {
        return file == null
                ? DEFAULT_FILES.stream().filter(Files::exists).findFirst().orElse(null)
                : file;
    }

    private Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>(settings);
        if (port != null) {
            options.put("grpc.port", port);
        }
        if (engine != null) {
            options.put("engine.kind", engine);
        }
        if (cluster) {
            options.put("cluster.enabled", "true");
        }
        return options;
    }
}
