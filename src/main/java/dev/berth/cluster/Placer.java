package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.call.ContainerSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places calls by what the {@link ClusterBoard} shows, less what was sent from here since. Confined to one thread; asks
 * nobody.
 */
public final class Placer {
    private final ClusterBoard board;
    private final Picker picker;
    private final Map<String, Place> places = new HashMap<>();
    private ClusterPicture seen;
    private ClusterView view;

    Placer(ClusterBoard board, Picker picker) {
        this.board = board;
        this.picker = picker;
        this.seen = board.picture();
        this.view = mine(seen.view());
    }

    /** Whether no other node takes calls. */
    public boolean alone() {
        return board.picture().view().up().isEmpty();
    }

    /** Whether calls may be placed there now. */
    public boolean takesCalls(String incarnation) {
        ClusterView now = board.picture().view();
        return now.own().incarnation().equals(incarnation)
                || now.up().stream().anyMatch(place -> place.incarnation().equals(incarnation));
    }

    /**
     * Where to try, in this order.
     *
     * @param own what this node's registry has of this queue; null: not known
     */
    public List<Candidate> candidates(ContainerSpec spec, @Nullable Entry own) {
        look();
        if (own != null) {
            view.own().hints().put(own);
        }
        return Placement.candidates(view, demand(spec), picker);
    }

    /** The other nodes as queues to wait in, in the order of this function's own. */
    public List<Candidate> queuesElsewhere(ContainerSpec spec) {
        look();
        long hash = spec.key().hash64();
        return view.up().stream()
                .sorted(Comparator.comparingLong(place -> Placement.rank(place.incarnation(), hash)))
                .map(place -> new Candidate(place.incarnation(), Candidate.Mode.QUEUE, 0))
                .toList();
    }

    /** A call is sent there, which others who come are to know. */
    public void tried(Candidate candidate, ContainerSpec spec) {
        Hints hints = hints(candidate.incarnation());
        if (hints == null || candidate.mode() == Candidate.Mode.QUEUE) {
            return;
        }
        if (candidate.mode() == Candidate.Mode.WAIT) {
            hints.debit(spec.key().hash64());
        } else {
            hints.debitLaunch(spec.reservedBytes(), spec.cpuMillis());
        }
    }

    /**
     * It came to nothing.
     *
     * @param counts of that node's queue; null: it was not heard
     */
    public void refused(Candidate candidate, ContainerSpec spec, @Nullable Entry counts) {
        Hints hints = hints(candidate.incarnation());
        if (hints == null) {
            return;
        }
        long hash = spec.key().hash64();
        // Of another queue: made up. Nothing is there as far as this call is concerned.
        hints.put(counts != null && counts.hash() == hash ? counts : Entry.gone(hash));
        if (candidate.mode() == Candidate.Mode.MAY_LAUNCH || counts == null) {
            hints.noRoom();
        }
    }

    /** For the figures. */
    public void count(Placed placed) {
        board.counts().count(placed);
    }

    private static Demand demand(ContainerSpec spec) {
        return new Demand(spec.key().hash64(), spec.reservedBytes(), spec.cpuMillis());
    }

    private @Nullable Hints hints(String incarnation) {
        Place place = places.get(incarnation);
        return place == null ? null : place.hints();
    }

    /** What was sent to a node counts until it has told what it has since. */
    private void look() {
        ClusterPicture now = board.picture();
        if (now.number() != seen.number()) {
            seen = now;
            view = mine(now.view());
        }
    }

    private ClusterView mine(ClusterView published) {
        List<Place> up = new ArrayList<>(published.up().size());
        Map<String, Place> before = new HashMap<>(places);
        places.clear();
        Place own = keep(published.own(), before);
        for (Place place : published.up()) {
            up.add(keep(place, before));
        }
        return new ClusterView(own, up);
    }

    private Place keep(Place published, Map<String, Place> before) {
        Place held = before.get(published.incarnation());
        Place kept = held != null && held.hints().sameAs(published.hints())
                ? held
                : new Place(published.incarnation(), published.hints().copy());
        places.put(kept.incarnation(), kept);
        return kept;
    }
}
