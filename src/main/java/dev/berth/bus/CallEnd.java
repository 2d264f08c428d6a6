package dev.berth.bus;

import dev.berth.error.RunnerException;
import dev.berth.why.RunFacts;
import dev.berth.why.Truth;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call's stream from worker to ingress. As a note before that it ends the call, of which more is told when the
 * stream is finished.
 *
 * @param error null on success
 * @param facts what else is known of how it went
 */
public record CallEnd(@Nullable RunnerException error, RunFacts facts) {
    public CallEnd(@Nullable RunnerException error) {
        this(error, RunFacts.NONE);
    }

    /** The same, and what the call has used. */
    public CallEnd with(Truth used) {
        return used.known() ? new CallEnd(error, facts.with(used)) : this;
    }
}
