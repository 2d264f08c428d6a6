package dev.berth.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * Where {@link ClusterVerticle} puts up what it knows of the other nodes, for all who place calls: one picture that
 * never changes and is replaced as a whole. Thread-safe; nobody waits for anybody.
 */
public final class ClusterBoard {
    private static final int NAME_PART = 8;

    private final Member own;
    private final int leastMembers;
    private final PlacementCounts counts = new PlacementCounts();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile ClusterPicture picture;
    private volatile boolean ready;

    /** @param leastMembers below it, this node included, this node is not ready */
    public ClusterBoard(Member own, int leastMembers) {
        this.own = own;
        this.leastMembers = leastMembers;
        this.picture = new ClusterPicture(
                0, new ClusterView(new NodePlace(own.incarnation(), new Hints()), List.of()), List.of(), 1, false);
        this.ready = leastMembers <= 1;
    }

    /** By one thread at a time. */
    void put(ClusterPicture now) {
        picture = now;
        boolean enough = now.members() >= leastMembers;
        if (enough != ready) {
            ready = enough;
            listeners.forEach(Runnable::run);
        }
    }

    ClusterPicture picture() {
        return picture;
    }

    PlacementCounts counts() {
        return counts;
    }

    /** Whether as many nodes are there as should be. */
    public boolean ready() {
        return ready;
    }

    /** @param listener run after {@link #ready} has changed, on any thread */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** What people call a node, this one or another; a part of its incarnation if it is not known any more. */
    public String nodeName(String incarnation) {
        if (own.incarnation().equals(incarnation)) {
            return own.nodeId();
        }
        return picture.others().stream()
                .map(ClusterPicture.Seen::member)
                .filter(member -> member.incarnation().equals(incarnation))
                .map(Member::nodeId)
                .findFirst()
                .orElse(incarnation.substring(0, Math.min(NAME_PART, incarnation.length())));
    }

    /** For one thread that places calls. */
    public Placer placer() {
        return new Placer(this, Picker.twoAtRandom(RandomGenerator.getDefault()));
    }

    /** What an operator is told of all nodes. */
    public ClusterReport report() {
        return ClusterReport.of(own, picture, counts, System.nanoTime());
    }
}
