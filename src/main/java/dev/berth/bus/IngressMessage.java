package dev.berth.bus;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;
import dev.berth.why.SlotFacts;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an ingress is told. */
public sealed interface IngressMessage
        permits IngressMessage.SlotAnswer,
                IngressMessage.WaitedInVain,
                IngressMessage.StoodStill,
                RegistryMessage.NodeLost {

    /** This process stood still for long: others may have taken it for lost meanwhile. Never leaves its node. */
    record StoodStill() implements IngressMessage {}

    /** What a request has waited for that was cancelled; if that was asked for. */
    record WaitedInVain(long ticket, SlotFacts facts) implements IngressMessage {}

    /** An answer to what was asked under a ticket. */
    sealed interface SlotAnswer extends IngressMessage {
        long ticket();
    }

    /**
     * Who has containers of a queue, best first, as far as one node knows: a hint, like all that nodes say of each other.
     *
     * @param holders at most {@value #MOST}, less what the node has told others of since it heard
     */
    record Holders(long ticket, List<Holder> holders) implements SlotAnswer {
        public static final int MOST = 8;

        /** One node. */
        public record Holder(String incarnation, Entry entry) {}

        public Holders {
            Ranges.within("holders", holders.size(), 0, MOST);
            holders = List.copyOf(holders);
        }
    }

    /**
     * The slot is yours: open a stream to {@code worker} with a {@link RunCall}, or hand the lease back.
     *
     * @param worker address of the worker's frames
     * @param registry address of the registry that granted it, to hand it back to
     * @param claimWithin after which the call may come too late, which costs it no more than another try
     * @param requestWindow bytes the worker will take before its first grant of credit
     * @param timings of the container, if this call waited for its start; else {@link ContainerTimings#NONE}
     * @param facts why it had to wait
     */
    record SlotGranted(
            long ticket,
            String registry,
            String worker,
            String containerId,
            long lease,
            Duration claimWithin,
            long requestWindow,
            ContainerTimings timings,
            SlotFacts facts)
            implements SlotAnswer {}

    /**
     * No slot: a refusal, or the failure of the container that was started for this call.
     *
     * @param facts why there was none
     * @param counts what the node has of this queue now; null where the request was not one to be tried elsewhere
     */
    record SlotRefused(
            long ticket,
            RunnerException error,
            ContainerTimings timings,
            SlotFacts facts,
            @Nullable Entry counts) implements SlotAnswer {
        public SlotRefused(long ticket, RunnerException error, ContainerTimings timings) {
            this(ticket, error, timings, SlotFacts.NONE, null);
        }
    }
}
