package dev.berth.ingress;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.AcquireSlot.Mode;
import dev.berth.call.ContainerSpec;
import dev.berth.cluster.Candidate;
import dev.berth.cluster.Placed;
import dev.berth.cluster.Placer;
import dev.berth.error.ErrorCode;
import dev.berth.error.Retry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call's way through the registries of a cluster. This node's own is asked first, for an idle slot and nothing more:
 * only it knows, and a call that finds one pays nothing for the cluster. Its refusal says what it has, and what is
 * best then is planned once; and once more if this node turns out to have no room for a container after all. Where the
 * nodes are so many that this one is not told of all, a node that keeps the directory of the function is asked before; a
 * second, if the first does not answer or knows of nothing.
 */
final class ClusterItinerary implements Itinerary {
    private final Placer placer;
    private final String incarnation;
    private final ContainerSpec spec;
    private final Deque<Candidate> tries = new ArrayDeque<>();
    private final Deque<String> homes = new ArrayDeque<>();
    private @Nullable List<Holder> named;
    private @Nullable Candidate last;
    private @Nullable Entry own;
    private boolean tooBigHere;
    private boolean begun;
    private boolean planned;
    private boolean plannedAgain;

    /** @param incarnation of this node */
    ClusterItinerary(Placer placer, String incarnation, ContainerSpec spec) {
        this.placer = placer;
        this.incarnation = incarnation;
        this.spec = spec;
    }

    /** While no other node takes calls, this one is asked as if there were no cluster. */
    static Itinerary.Planner planner(Placer placer, String incarnation) {
        Itinerary.Planner own = Itinerary.Planner.only(Addresses.registry(incarnation));
        return spec -> placer.alone() ? own.plan(spec) : new ClusterItinerary(placer, incarnation, spec);
    }

    @Override
    public @Nullable Stop next() {
        if (!begun) {
            begun = true;
            return new Stop(Addresses.registry(incarnation), false, Mode.EXISTING, Duration.ZERO);
        }
        String home = homes.poll();
        if (home != null) {
            return Stop.question(home);
        }
        if (!planned) {
            planned = true;
            plan(own);
        }
        Candidate next = tries.poll();
        while (next != null && !placer.takesCalls(next.incarnation())) {
            next = tries.poll();
        }
        last = next;
        if (next == null) {
            return null;
        }
        placer.tried(next, spec);
        return stop(next);
    }

    /** A call that this node could never run waits at another. */
    private void plan(@Nullable Entry counts) {
        tries.addAll(named == null ? placer.candidates(spec, counts) : placer.candidates(spec, counts, named));
        if (tooBigHere) {
            tries.removeIf(candidate -> !isRemote(candidate));
            tries.addAll(placer.queuesElsewhere(spec));
        }
    }

    @Override
    public void told(List<Holder> holders) {
        named = holders;
        if (!holders.isEmpty()) {
            homes.clear();
        }
    }

    private Stop stop(Candidate candidate) {
        String registry = Addresses.registry(candidate.incarnation());
        boolean remote = isRemote(candidate);
        return switch (candidate.mode()) {
            case WAIT -> new Stop(registry, remote, Mode.EXISTING, Duration.ofNanos(candidate.limitNanos()));
            case MAY_LAUNCH -> new Stop(registry, remote, Mode.LAUNCH, AcquireSlot.FOREVER);
            case QUEUE -> new Stop(registry, remote, Mode.ANY, AcquireSlot.FOREVER);
        };
    }

    private boolean isRemote(Candidate candidate) {
        return !candidate.incarnation().equals(incarnation);
    }

    @Override
    public void granted() {
        placer.count(last != null && isRemote(last) ? Placed.ELSEWHERE : Placed.HERE);
    }

    @Override
    public boolean refused(SlotRefused refusal) {
        boolean tooBig = refusal.error().code() == ErrorCode.RESOURCE_TOO_BIG;
        note(refusal.counts(), tooBig);
        return tooBig || refusal.error().code().retry() == Retry.ELSEWHERE;
    }

    private void note(@Nullable Entry counts, boolean tooBig) {
        Candidate refusing = last;
        if (refusing == null) {
            own = counts;
            tooBigHere = tooBig;
            homes.addAll(placer.homes(spec));
            return;
        }
        placer.refused(refusing, spec, counts);
        if (isRemote(refusing)) {
            placer.count(counts == null ? Placed.UNANSWERED : Placed.REFUSED_ELSEWHERE);
        } else if (refusing.mode() == Candidate.Mode.MAY_LAUNCH && !plannedAgain) {
            plannedAgain = true;
            tries.clear();
            if (named != null) {
                // Those have had their turn.
                named = List.of();
            }
            plan(counts);
        }
    }
}
