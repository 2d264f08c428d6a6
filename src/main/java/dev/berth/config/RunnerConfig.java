package dev.berth.config;

/** Every setting of one runner, validated. Components are handed their own part, never this. */
public record RunnerConfig(
        NodeConfig node,
        GrpcConfig grpc,
        CallConfig call,
        RegistryConfig registry,
        WorkerConfig worker,
        StreamConfig stream,
        EngineConfig engine,
        DockerConfig docker,
        StatusConfig status,
        LogConfig log) {}
