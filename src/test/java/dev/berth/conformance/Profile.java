package dev.berth.conformance;

import java.util.Map;

/** The settings that a runner is started with for some tests. */
enum Profile {
    /** But for more time to start than a function may have, as busy machines need it. */
    DEFAULT(Map.of("BERTH_WORKER_START_TIMEOUT", "10s")),
    LIMITS(Map.of("BERTH_WORKER_MAX_RESPONSE", "100000", "BERTH_WORKER_MAX_RESPONSE_HEADER", "4KiB")),
    FULL(Map.of("BERTH_REGISTRY_NON_BLOCKING", "true", "BERTH_REGISTRY_MAX_MEMORY", "256MiB")),
    DETACHED(Map.of("BERTH_CALL_DETACHED", "true")),
    FULL_DUPLEX(Map.of("BERTH_CALL_FULL_DUPLEX", "true")),
    STATUS_IMAGE(Map.of("BERTH_STATUS_IMAGE", "berth/echo-node")),
    LOGGED(Map.of("BERTH_LOG_LEVEL", "debug", "BERTH_LOG_FORMAT", "json")),
    DRAINED(Map.of("BERTH_NODE_DRAIN_TIMEOUT", "20s"));

    private final Map<String, String> settings;

    Profile(Map<String, String> settings) {
        this.settings = settings;
    }

    Map<String, String> settings() {
        return settings;
    }
}
