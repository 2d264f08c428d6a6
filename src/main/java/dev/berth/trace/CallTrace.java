package dev.berth.trace;

import dev.berth.call.CallModel;
import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import org.jspecify.annotations.Nullable;

/**
 * What one Engage stream tells of its call as it goes:
 *
 * <pre>
 *   [submitted, [waiting, [started]]…], finished or aborted
 * </pre>
 *
 * Confined to the stream's context. Never blocks, never fails.
 */
public interface CallTrace {
    /** Of a call that is not traced. */
    CallTrace NONE = new NoTrace();

    /** 32 hexadecimal digits, by which the trace is found where traces are kept; null: it is not kept. */
    @Nullable
    String id();

    /** The call document has been read. */
    void submitted(CallModel call);

    /** A slot is asked for, for the first time or because the one won was lost. */
    void waiting();

    /** Why a slot was given at once, late or not at all; before {@link #started} or {@link #finished}. */
    void explained(SlotFacts facts);

    /** What the call's worker tells of it; before {@link #finished}. */
    void ran(RunFacts facts);

    /**
     * A slot is won.
     *
     * @param timings of the container that was waited for
     */
    void started(ContainerTimings timings);

    /**
     * The call is over.
     *
     * @param error null: it succeeded
     * @param timings of the container that was waited for
     */
    void finished(@Nullable RunnerException error, ContainerTimings timings);

    /**
     * The stream ended with a status and no closing message.
     *
     * @param grpcStatus its number
     */
    void aborted(int grpcStatus, String text);
}
