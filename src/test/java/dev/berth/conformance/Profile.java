package dev.berth.conformance;

import java.util.Map;
import java.util.stream.Collectors;

/** The settings that a runner is started with for some tests. */
enum Profile {
    /** But for more time to start than a function may have, as busy machines need it. */
    DEFAULT(Map.of("BERTH_WORKER_START_TIMEOUT", "10s")),
    LIMITS(Map.of(
            "BERTH_WORKER_MAX_RESPONSE", "100000",
            "BERTH_WORKER_MAX_RESPONSE_HEADER", "4KiB",
            "BERTH_CALL_MAX_REQUEST", "200000")),
    FULL(Map.of("BERTH_REGISTRY_NON_BLOCKING", "true", "BERTH_REGISTRY_MAX_MEMORY", "256MiB")),
    DETACHED(Map.of("BERTH_CALL_DETACHED", "true")),
    FULL_DUPLEX(Map.of("BERTH_CALL_FULL_DUPLEX", "true")),
    STATUS_IMAGE(Map.of("BERTH_STATUS_IMAGE", "berth/echo-node")),
    LOGGED(Map.of("BERTH_LOG_LEVEL", "debug", "BERTH_LOG_FORMAT", "json")),
    DRAINED(Map.of("BERTH_NODE_DRAIN_TIMEOUT", "20s")),
    /** Mutual TLS, with the files of {@link Credentials}; connections are taken by both event loops in turn. */
    TLS(Map.of(
            "FN_NODE_CERT", Credentials.CERTIFICATE.toString(),
            "FN_NODE_CERT_KEY", Credentials.KEY.toString(),
            "FN_NODE_CERT_AUTHORITY", Credentials.AUTHORITY.toString(),
            "BERTH_GRPC_TLS_RELOAD_INTERVAL", "1s",
            "BERTH_NODE_EVENT_LOOPS", "2")),
    /** A function that is frozen prints nothing. */
    LOGS(Map.of(
            "BERTH_LOGS_STREAM", "true",
            "FN_MAX_LOG_SIZE_BYTES", "500000",
            "BERTH_WORKER_FREEZE_IDLE", "never",
            "BERTH_NODE_EVENT_LOOPS", "2")),
    /** Functions stay awake and connected. */
    HOT(Map.of("BERTH_WORKER_FREEZE_IDLE", "never", "BERTH_WORKER_KEEP_ALIVE", "60s")),
    LOGS_DRAINED(Map.of("BERTH_LOGS_STREAM", "true", "BERTH_NODE_DRAIN_TIMEOUT", "20s"));

    private final Map<String, String> settings;

    Profile(Map<String, String> settings) {
        this.settings = settings;
    }

    Map<String, String> settings() {
        return settings;
    }

    /** As one writes them before a command. */
    @Override
    public String toString() {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
