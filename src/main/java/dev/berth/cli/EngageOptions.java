package dev.berth.cli;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one Engage stream is driven.
 *
 * @param frameBytes largest piece of the request body in one message
 * @param deadline sent as {@code grpc-timeout}; null: none
 * @param halfClose end the request side after the last piece; load balancers leave it open
 * @param metadata sent as request headers
 */
public record EngageOptions(
        int frameBytes, @Nullable Duration deadline, boolean halfClose, Map<String, String> metadata) {
    /** Pieces of 64 KiB, no deadline, half-closed. */
    public static final EngageOptions DEFAULT = new EngageOptions(64 << 10, null, true, Map.of());

    /** As an Fn load balancer does it: pieces of 10 KiB, never half-closed. */
    public static final EngageOptions LOAD_BALANCER = new EngageOptions(10 << 10, null, false, Map.of());

    public EngageOptions {
        if (frameBytes < 1) {
            throw new IllegalArgumentException("frameBytes must be positive, not " + frameBytes);
        }
        metadata = Map.copyOf(metadata);
    }

    public EngageOptions withDeadline(@Nullable Duration limit) {
        return new EngageOptions(frameBytes, limit, halfClose, metadata);
    }

    public EngageOptions withFrameBytes(int bytes) {
        return new EngageOptions(bytes, deadline, halfClose, metadata);
    }
}
