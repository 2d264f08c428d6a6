package dev.berth.bus;

import dev.berth.error.RunnerException;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call's stream from worker to ingress.
 *
 * @param error null on success
 */
public record CallEnd(@Nullable RunnerException error) {}
