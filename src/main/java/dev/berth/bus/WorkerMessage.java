package dev.berth.bus;

import dev.berth.call.ContainerSpec;

/** What a worker is told. */
public sealed interface WorkerMessage
        permits WorkerMessage.LaunchContainer,
                WorkerMessage.RemoveContainer,
                WorkerMessage.RevokeLease,
                WorkerMessage.WakeContainer,
                RegistryMessage.NodeLost {

    /**
     * Start a container. Answered by {@link RegistryMessage.ContainerReady} or
     * {@link RegistryMessage.LaunchFailed}, and at its end by {@link RegistryMessage.ContainerGone}.
     *
     * @param causeCallId the call this launch is for
     */
    record LaunchContainer(String containerId, ContainerSpec spec, String causeCallId) implements WorkerMessage {}

    /**
     * Remove a container that nobody leases: idle too long, evicted, or draining.
     *
     * @param shown what the next runner is told of its function, if it is left to that
     */
    record RemoveContainer(String containerId, Reason reason, Shown shown) implements WorkerMessage {
        public RemoveContainer(String containerId, Reason reason) {
            this(containerId, reason, Shown.NONE);
        }
    }

    /**
     * Nobody has been heard of under this lease for too long. If its call has come, the answer is
     * {@link RegistryMessage.LeaseClaimed}. Else it must not run any more when it comes, and the answer is
     * {@link RegistryMessage.ReturnLease}. None if the lease is over already.
     */
    record RevokeLease(String containerId, long lease) implements WorkerMessage {}

    /**
     * The call of this lease is on its way: thaw the container meanwhile, if it is frozen. Nothing else depends on it: a
     * call that finds its container frozen thaws it, and a container whose call does not come is frozen again.
     */
    record WakeContainer(String containerId, long lease) implements WorkerMessage {}

    enum Reason {
        IDLE_TIMEOUT,
        EVICTED,
        DRAINING,
        /** An operator wants it gone. */
        CLEARED,
        /** It is to be left to the next runner, frozen; removed if that cannot be done. */
        HANDED_OVER,
        /** It was left by an earlier runner, and there is no room for it or it is not what its calls want. */
        UNFIT
    }
}
