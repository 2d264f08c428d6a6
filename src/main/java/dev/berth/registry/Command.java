package dev.berth.registry;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.Shown;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;
import dev.berth.why.SlotFacts;
import org.jspecify.annotations.Nullable;

/** What {@link SlotTable} wants done. {@code worker} is an index into the node's workers. */
sealed interface Command {

    /** The waiter has the container, if it claims it within so many nanoseconds. */
    record Grant(
            String replyTo,
            long ticket,
            String callId,
            int worker,
            String containerId,
            long lease,
            long claimWithinNanos,
            ContainerTimings timings,
            SlotFacts facts)
            implements Command {}

    /** @param counts of its queue, for whoever looks elsewhere; null for others */
    record Refuse(
            String replyTo,
            long ticket,
            String callId,
            RunnerException error,
            ContainerTimings timings,
            SlotFacts facts,
            @Nullable Entry counts)
            implements Command {}

    /** Whoever has stopped waiting is told what it waited for. */
    record Explain(String replyTo, long ticket, SlotFacts facts) implements Command {}

    record Launch(int worker, String containerId, ContainerSpec spec, String causeCallId) implements Command {}

    /** Unless the call of this lease has come, it must not run any more. */
    record Revoke(int worker, String containerId, long lease) implements Command {}

    /** The call of this lease will find the container frozen. */
    record Wake(int worker, String containerId, long lease) implements Command {}

    /** @param shown what the next runner is told of its function, if it is left to that */
    record Remove(int worker, String containerId, WorkerMessage.Reason reason, Shown shown) implements Command {
        Remove(int worker, String containerId, WorkerMessage.Reason reason) {
            this(worker, containerId, reason, Shown.NONE);
        }
    }

    /** Everybody who asked for a drain may be told that no container is left. */
    record Drained() implements Command {}
}
