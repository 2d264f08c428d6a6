package dev.berth.bus;

import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;

/** What the registry answers an ingress. */
public sealed interface IngressMessage {
    long ticket();

    /**
     * The slot is yours: open a stream to {@code worker} with a {@link RunCall}, or hand the lease back.
     *
     * @param worker address of the worker's frames
     * @param requestWindow bytes the worker will take before its first grant of credit
     * @param timings of the container, if this call waited for its start; else {@link ContainerTimings#NONE}
     */
    record SlotGranted(
            long ticket, String worker, String containerId, long lease, long requestWindow, ContainerTimings timings)
            implements IngressMessage {}

    /** No slot: a refusal, or the failure of the container that was started for this call. */
    record SlotRefused(long ticket, RunnerException error, ContainerTimings timings) implements IngressMessage {}
}
