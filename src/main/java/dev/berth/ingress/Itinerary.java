package dev.berth.ingress;

import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.AcquireSlot.Mode;
import dev.berth.call.ContainerSpec;
import dev.berth.error.Retry;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registries a call asks for a slot, in turn. One per round of asking. */
interface Itinerary {

    /**
     * Whom to ask next.
     *
     * @return null if there is nobody left
     */
    @Nullable
    Stop next();

    /**
     * What the node has said that was asked who has containers.
     *
     * @param holders empty: it knows of none, or has not answered
     */
    default void told(List<Holder> holders) {}

    /** The last of them has granted a slot. */
    default void granted() {}

    /**
     * The last of them has refused.
     *
     * @return whether the next may grant what this one has refused
     */
    default boolean refused(SlotRefused refusal) {
        return refusal.error().code().retry() == Retry.ELSEWHERE;
    }

    /**
     * @param registry its address
     * @param remote whether it is another node's
     * @param patience how long the call may be kept waiting there
     * @param isQuestion it is no registry but a node, which is asked who has containers
     */
    record Stop(String registry, boolean remote, Mode mode, Duration patience, boolean isQuestion) {
        Stop(String registry, boolean remote, Mode mode, Duration patience) {
            this(registry, remote, mode, patience, false);
        }

        /** Asked of this node. Not counted as a try to place the call there. */
        static Stop question(String node) {
            return new Stop(node, false, Mode.EXISTING, Duration.ZERO, true);
        }

        /** The same, but another node is not to keep the call for longer than it can wait: it is told the time left. */
        Stop within(Deadline deadline, long now) {
            if (!remote || !deadline.limited()) {
                return this;
            }
            Duration left = Duration.ofNanos(Math.max(0, deadline.nanos() - now));
            return left.compareTo(patience) < 0 ? new Stop(registry, true, mode, left) : this;
        }
    }

    /** Makes itineraries. */
    interface Planner {

        /** Looks at what is known now: a call whose slot has gone is planned for anew. */
        Itinerary plan(ContainerSpec spec);

        /** Asks this one registry, once a round, and waits as long as the call may. */
        static Planner only(String registry) {
            Stop stop = new Stop(registry, false, Mode.ANY, AcquireSlot.FOREVER);
            return spec -> new Itinerary() {
                private @Nullable Stop left = stop;

                @Override
                public @Nullable Stop next() {
                    Stop next = left;
                    left = null;
                    return next;
                }
            };
        }
    }
}
