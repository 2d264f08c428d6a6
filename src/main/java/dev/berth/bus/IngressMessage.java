package dev.berth.bus;

import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;
import java.time.Duration;

/** What the registry answers an ingress. */
public sealed interface IngressMessage {
    long ticket();

    /**
     * The slot is yours: open a stream to {@code worker} with a {@link RunCall}, or hand the lease back.
     *
     * @param worker address of the worker's frames
     * @param registry address of the registry that granted it, to hand it back to
     * @param claimWithin after which the call may come too late, which costs it no more than another try
     * @param requestWindow bytes the worker will take before its first grant of credit
     * @param timings of the container, if this call waited for its start; else {@link ContainerTimings#NONE}
     */
    record SlotGranted(
            long ticket,
            String registry,
            String worker,
            String containerId,
            long lease,
            Duration claimWithin,
            long requestWindow,
            ContainerTimings timings)
            implements IngressMessage {}

    /** No slot: a refusal, or the failure of the container that was started for this call. */
    record SlotRefused(long ticket, RunnerException error, ContainerTimings timings) implements IngressMessage {}
}
