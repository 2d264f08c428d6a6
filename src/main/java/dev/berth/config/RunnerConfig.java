package dev.berth.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Every setting of one runner, validated. Components are handed their own part, never this. */
public record RunnerConfig(
        NodeConfig node,
        GrpcConfig grpc,
        HttpConfig http,
        CallConfig call,
        RegistryConfig registry,
        WorkerConfig worker,
        StreamConfig stream,
        EngineConfig engine,
        DockerConfig docker,
        StatusConfig status,
        RunnerLogConfig log,
        FunctionLogConfig logs,
        TracingConfig tracing,
        MetricsConfig metrics,
        WhyConfig why,
        ClusterConfig cluster) {

    /** The certificates that the runner shows, by the part that shows them. */
    public Map<String, Path> certificates() {
        Map<String, Path> files = new HashMap<>();
        if (grpc.tls() != null) {
            files.put("grpc", grpc.tls().certificate());
        }
        if (http.tls() != null) {
            files.put("http", http.tls().certificate());
        }
        if (cluster.tls() != null) {
            files.put("cluster", cluster.tls().certificate());
        }
        return files;
    }

    /** What a runner has with no file and no variables. */
    public static RunnerConfig defaults() {
        return load(null, name -> null);
    }

    /**
     * Defaults, overridden by the file, overridden by the environment.
     *
     * @throws ConfigException with all problems
     */
    public static RunnerConfig load(@Nullable Path file, Function<String, @Nullable String> env) {
        return ConfigLoader.load(file, env).config();
    }
}
