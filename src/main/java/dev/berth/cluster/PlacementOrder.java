package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where a call is best placed, as a list of tries in order:
 * <ol>
 *   <li>an idle container of this node;
 *   <li>a container that exists, here or at one of the peers picked, with the least expected wait, as long as that is
 *       no longer than a start would take;
 *   <li>a new container, here while this node is not much busier than the mean, else at the first peer in the order of
 *       this function's own that has room and is not;
 *   <li>this node's queue.
 * </ol>
 * Pure: changes nothing, and asks nobody.
 */
final class PlacementOrder {
    static final int MOST_REMOTE = 4;

    private static final int MOST_EXISTING = 2;
    private static final int MOST_LAUNCHES = 3;
    /** How much busier than the mean a node may be that starts one more container. */
    private static final double BOUND = 1.25;
    /** In thousandths: in a cluster that does little, a little more is not much busier. */
    private static final double SLACK = 50;

    private static final long LONGEST_MICROS = 86_400_000_000L;
    private static final long DEFAULT_SERVICE_NANOS = 100_000_000L;
    private static final long DEFAULT_START_NANOS = 450_000_000L;

    private final ClusterView view;
    private final CallNeeds demand;
    private final List<Candidate> tries = new ArrayList<>();
    private int remote;

    private PlacementOrder(ClusterView view, CallNeeds demand) {
        this.view = view;
        this.demand = demand;
    }

    /** At least one, unless this node drains and no other is there; at most {@value #MOST_REMOTE} of other nodes. */
    static List<Candidate> candidates(ClusterView view, CallNeeds demand, Picker picker) {
        PlacementOrder placement = new PlacementOrder(view, demand);
        placement.existing(picker);
        placement.launches();
        if (!view.own().hints().isDraining()) {
            placement.add(view.own(), Candidate.Mode.QUEUE, 0);
        }
        return placement.tries;
    }

    private record Option(NodePlace place, long waitNanos, long startNanos) {}

    private void existing(Picker picker) {
        List<Option> options = new ArrayList<>();
        addOption(options, view.own());
        if (options.isEmpty() || options.get(0).waitNanos > 0) {
            picker.pick(view, demand.hash()).forEach(peer -> addOption(options, peer));
        }
        // Stable: this node, being first, wins among equals.
        options.sort(Comparator.comparingLong(Option::waitNanos));
        for (Option option : options.subList(0, Math.min(MOST_EXISTING, options.size()))) {
            long limit = Math.min(2 * option.waitNanos, option.startNanos);
            add(option.place, Candidate.Mode.WAIT, limit);
        }
    }

    private void addOption(List<Option> options, NodePlace place) {
        Entry entry = place.hints().entry(demand.hash());
        if (entry == null
                || (long) entry.idle() + entry.busy() == 0
                || place.hints().isDraining()) {
            return;
        }
        long start = orDefault(entry.startMicros(), DEFAULT_START_NANOS);
        long wait = expectedWait(entry, place.hints().debited(demand.hash()));
        if (wait <= start) {
            options.add(new Option(place, wait, start));
        }
    }

    /** Everybody ahead, and the call itself, through all containers that run. */
    static long expectedWait(Entry entry, int sent) {
        long ahead = (long) sent - entry.idle();
        if (ahead < 0) {
            return 0;
        }
        double queued = (double) entry.waiting() + ahead + 1;
        double containers = (double) entry.idle() + entry.busy();
        return (long) (queued * orDefault(entry.serviceMicros(), DEFAULT_SERVICE_NANOS) / containers);
    }

    private static long orDefault(long micros, long nanos) {
        return micros > 0 ? Math.min(micros, LONGEST_MICROS) * 1_000 : nanos;
    }

    private void launches() {
        double bound = view.meanLoad() * BOUND + SLACK;
        if (mayLaunch(view.own(), bound)) {
            add(view.own(), Candidate.Mode.MAY_LAUNCH, 0);
            return;
        }
        List<NodePlace> able = new ArrayList<>();
        for (NodePlace place : view.up()) {
            if (mayLaunch(place, bound)) {
                able.add(place);
            }
        }
        for (NodePlace place : Rendezvous.first(MOST_LAUNCHES, able, demand.hash())) {
            add(place, Candidate.Mode.MAY_LAUNCH, 0);
        }
    }

    private boolean mayLaunch(NodePlace place, double bound) {
        Hints hints = place.hints();
        return !hints.isDraining() && hints.hasRoom(demand.memoryBytes(), demand.cpuMillis()) && hints.load() <= bound;
    }

    private void add(NodePlace place, Candidate.Mode mode, long limit) {
        boolean own = place.incarnation().equals(view.own().incarnation());
        if (own || remote < MOST_REMOTE) {
            remote += own ? 0 : 1;
            tries.add(new Candidate(place.incarnation(), mode, limit));
        }
    }
}
