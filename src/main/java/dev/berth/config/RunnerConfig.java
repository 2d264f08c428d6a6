package dev.berth.config;

import java.nio.file.Path;
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
        ClusterConfig cluster) {

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
