package dev.berth.bus;

import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Saturating;
import dev.berth.call.Seal;
import dev.berth.call.SlotKey;
import dev.berth.error.RunnerException;
import dev.berth.why.ContainerFate;
import java.time.Duration;
import java.util.Set;

/** What the slot registry is told. From one sender they arrive in the order sent. */
public sealed interface RegistryMessage {

    /**
     * An ingress wants a slot. Answered by exactly one {@link IngressMessage} to {@code replyTo}, unless
     * {@link CancelAcquire} arrives first.
     *
     * @param ticket unique per {@code replyTo}
     * @param patience how long it may be kept waiting; then it is refused. Not negative
     */
    record AcquireSlot(String replyTo, long ticket, String callId, ContainerSpec spec, Mode mode, Duration patience)
            implements RegistryMessage {
        /** Longer than anybody waits. */
        public static final Duration FOREVER = Duration.ofNanos(Saturating.LONGEST_NANOS);

        /** What may be done for it. */
        public enum Mode {
            /** A container may be started, and others removed for it. */
            ANY,
            /**
             * Only containers that are there or start for others may serve it: none is started, none is removed for it.
             * Refused at once where no container of its queue is ready, busy or starting, and as soon as none is left.
             */
            EXISTING,
            /** Refused at once where no container is idle and none can be started in room that is free now. */
            LAUNCH
        }

        /** Whether whoever asks would rather look elsewhere than wait for room to be made. */
        public boolean isTry() {
            return mode != Mode.ANY;
        }

        /** Does for it what can be done, and keeps it waiting until it is cancelled. */
        public AcquireSlot(String replyTo, long ticket, String callId, ContainerSpec spec) {
            this(replyTo, ticket, callId, spec, Mode.ANY, FOREVER);
        }
    }

    /**
     * The ingress no longer wants it; a grant that crosses this is handed back by {@link ReturnLease}.
     *
     * @param explain whether {@link IngressMessage.WaitedInVain} is wanted, if it waits still
     */
    record CancelAcquire(String replyTo, long ticket, boolean explain) implements RegistryMessage {
        public CancelAcquire(String replyTo, long ticket) {
            this(replyTo, ticket, false);
        }
    }

    /** A lease that was never used: nothing has reached the container. */
    record ReturnLease(String containerId, long lease) implements RegistryMessage {}

    /** The worker runs, or has run, the call of this lease. Said when asked by {@link WorkerMessage.RevokeLease}. */
    record LeaseClaimed(String containerId, long lease) implements RegistryMessage {}

    /**
     * A node is gone, or taken for gone: its ingresses' waiters are refused, and what they were granted and have not
     * claimed is for others. Ingresses and workers are told too: the streams they share with it end.
     *
     * @param incarnation as in its addresses
     */
    record NodeLost(String incarnation) implements RegistryMessage, IngressMessage, WorkerMessage {}

    /** A launched container is ready for its first call. */
    record ContainerReady(String containerId, ContainerTimings timings) implements RegistryMessage {}

    /** The container could not be made ready. A {@link ContainerGone} follows when all of it is removed. */
    record LaunchFailed(String containerId, RunnerException error, ContainerTimings timings)
            implements RegistryMessage {}

    /** The call under this lease is over and the container can take another. */
    record ContainerReleased(String containerId, long lease) implements RegistryMessage {}

    /**
     * The container must not be given out any more: it is ending. Its capacity is still taken.
     *
     * @param fate why
     */
    record ContainerEnding(String containerId, ContainerFate fate) implements RegistryMessage {
        public ContainerEnding(String containerId) {
            this(containerId, ContainerFate.UNKNOWN);
        }
    }

    /** Nothing of the container is left: its capacity is free. */
    record ContainerGone(String containerId) implements RegistryMessage {}

    /** An idle container was frozen, or has been thawed. For summaries and the order of eviction. */
    record ContainerPaused(String containerId, boolean paused) implements RegistryMessage {}

    /**
     * A frozen container that an earlier runner has left is this worker's now, and ready for a call of its key.
     *
     * @param worker index of the node's worker that has it
     * @param standIn what is known of its specification: sizes, idle timeout, format and image; its key stands for the
     *     real one
     * @param sealedSpec what the seal makes of the real specification
     * @param shown what calls of its function have shown the runner before
     */
    record ContainerAdopted(
            String containerId, int worker, Seal seal, ContainerSpec standIn, String sealedSpec, Shown shown)
            implements RegistryMessage {}

    /**
     * Take no more calls: waiters are refused, idle containers removed. A bus request; the reply comes when
     * no container is left.
     *
     * @param handOver containers that become free are left to the next runner instead of being removed
     */
    record Drain(boolean handOver) implements RegistryMessage {
        public Drain() {
            this(false);
        }
    }

    /** A bus request; the reply comes when no slot is leased, to whomever. To be asked while the node drains. */
    record AwaitIdle() implements RegistryMessage {}

    /** A bus request; the reply comes when there is no container but those that run calls. To be asked like that one. */
    record AwaitLeft() implements RegistryMessage {}

    /**
     * Whether containers can be started. While they cannot, calls that find none ready are refused, and nothing is
     * evicted for them.
     */
    record EngineAnswers(boolean answers) implements RegistryMessage {}

    /**
     * A bus request for a {@link NodeSnapshot} of only those queues that have changed since it was asked last; the
     * first time, of all. For the one verticle that tells other nodes.
     */
    record Changes() implements RegistryMessage {}

    /**
     * An operator wants the containers of these queues gone: idle ones now, those that run a call after it. Those that
     * start stay, as do the queues: the next call starts another.
     */
    record Clear(Set<SlotKey> keys) implements RegistryMessage {
        public Clear {
            keys = Set.copyOf(keys);
        }
    }

    /** A bus request for a {@link NodeSnapshot}. */
    record Snapshot() implements RegistryMessage {}
}
