package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * @param kind which engine runs the functions
 * @param catalogue folder of functions for the process engine: {@code <catalogue>/<image name>/func.yaml}
 * @param pullTimeout limit of one image pull; no limit is a hundred years, which any timer takes
 */
public record EngineConfig(Kind kind, Path catalogue, Duration pullTimeout) {

    public enum Kind {
        /** A container engine where one answers, plain processes otherwise. */
        AUTO,
        DOCKER,
        PROCESS
    }
}
