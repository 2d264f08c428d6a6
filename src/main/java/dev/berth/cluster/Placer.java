package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.IngressMessage.Holders.Holder;
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
    private static final ClusterView NOTHING = new ClusterView(new NodePlace("", new Hints()), List.of());

    private final ClusterBoard board;
    private final Picker picker;
    private final Map<String, NodePlace> places = new HashMap<>();
    private ClusterPicture seen;
    private ClusterView view;

    Placer(ClusterBoard board, Picker picker) {
        this.board = board;
        this.picker = picker;
        this.seen = board.picture();
        this.view = mine(seen.view(), NOTHING, NOTHING);
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
        return candidates(spec, own, picker);
    }

    private List<Candidate> candidates(ContainerSpec spec, @Nullable Entry own, Picker others) {
        look();
        if (own != null) {
            view.own().hints().put(own);
        }
        return PlacementOrder.candidates(view, demand(spec), others);
    }

    /**
     * The nodes to ask who has containers of this function, in this order.
     *
     * @return empty: this node is told of all, and asks nobody
     */
    public List<String> homes(ContainerSpec spec) {
        look();
        if (!seen.homes()) {
            return List.of();
        }
        return view.homes(spec.key().hash64()).stream()
                .map(NodePlace::incarnation)
                .toList();
    }

    /**
     * Where to try, in this order, where not all is known here.
     *
     * @param own what this node's registry has of this queue; null: not known
     * @param named by a node of {@link #homes}; what is said of nodes that are not known to take calls, and of other
     *     queues, is made up
     */
    public List<Candidate> candidates(ContainerSpec spec, @Nullable Entry own, List<Holder> named) {
        look();
        long hash = spec.key().hash64();
        List<NodePlace> holders = new ArrayList<>(named.size());
        for (Holder holder : named) {
            NodePlace place = places.get(holder.incarnation());
            if (place != null && !place.equals(view.own()) && holder.entry().hash() == hash) {
                place.hints().put(holder.entry());
                holders.add(place);
            }
        }
        return candidates(spec, own, Picker.named(holders));
    }

    /** The other nodes as queues to wait in, in the order of this function's own. */
    public List<Candidate> queuesElsewhere(ContainerSpec spec) {
        look();
        long hash = spec.key().hash64();
        return view.up().stream()
                .sorted(Comparator.comparingLong(place -> Rendezvous.rank(place.seed(), hash)))
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

    private static CallNeeds demand(ContainerSpec spec) {
        return new CallNeeds(spec.key().hash64(), spec.reservedBytes(), spec.cpuMillis());
    }

    private @Nullable Hints hints(String incarnation) {
        NodePlace place = places.get(incarnation);
        return place == null ? null : place.hints();
    }

    /** What was sent to a node counts until it has told what it has since. */
    private void look() {
        ClusterPicture now = board.picture();
        if (now.number() != seen.number()) {
            view = mine(now.view(), seen.view(), view);
            seen = now;
        }
    }

    /** Most nodes are what and where they were in the picture before: those are not looked up. */
    private ClusterView mine(ClusterView published, ClusterView before, ClusterView mineBefore) {
        List<NodePlace> up = new ArrayList<>(published.up().size());
        for (int i = 0; i < published.up().size(); i++) {
            NodePlace place = published.up().get(i);
            boolean same = i < before.up().size() && before.up().get(i).equals(place);
            up.add(same ? mineBefore.up().get(i) : keep(place));
        }
        ClusterView mine = new ClusterView(keep(published.own()), up);
        if (places.size() > up.size() + 1) {
            places.clear();
            places.put(mine.own().incarnation(), mine.own());
            up.forEach(place -> places.put(place.incarnation(), place));
        }
        return mine;
    }

    private NodePlace keep(NodePlace published) {
        NodePlace held = places.get(published.incarnation());
        NodePlace kept = held != null && held.hints().sameAs(published.hints())
                ? held
                : published.with(published.hints().copy());
        places.put(kept.incarnation(), kept);
        return kept;
    }
}
