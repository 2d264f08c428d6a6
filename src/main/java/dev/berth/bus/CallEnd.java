package dev.berth.bus;

import dev.berth.error.RunnerException;
import dev.berth.why.RunFacts;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call's stream from worker to ingress.
 *
 * @param error null on success
 * @param facts what else is known of how it went
 */
public record CallEnd(@Nullable RunnerException error, RunFacts facts) {
    public CallEnd(@Nullable RunnerException error) {
        this(error, RunFacts.NONE);
    }
}
