package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Beat;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When this node tells another what it has, and what of it. The first change goes out at once, what follows it in
 * one digest after {@code leastNanos}; a beat when there was nothing to tell. No clock of its own; one turn at a time.
 */
final class DigestPublisher {
    private final String incarnation;
    private final long leastNanos;
    private final long beatNanos;
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Set<Long> changed = new LinkedHashSet<>();
    private NodeFigures figures = NodeFigures.NONE;
    private NodeFigures toldFigures = NodeFigures.NONE;
    private boolean anythingNew = true;
    private long version;
    private @Nullable Long digestNanos;
    private @Nullable Long saidNanos;

    DigestPublisher(String incarnation, long leastNanos, long beatNanos) {
        this.incarnation = incarnation;
        this.leastNanos = leastNanos;
        this.beatNanos = beatNanos;
    }

    /** One queue is now like this. More queues than a digest may list are not told. */
    void queue(Entry entry) {
        Entry before = entry.isGone() ? entries.remove(entry.hash()) : put(entry);
        boolean same = entry.isGone() ? before == null : entry.equals(before);
        if (!same && (entry.isGone() || entries.containsKey(entry.hash()))) {
            changed.add(entry.hash());
            anythingNew = true;
        }
    }

    private @Nullable Entry put(Entry entry) {
        boolean room = entries.size() < ClusterMessage.MAX_ENTRIES || entries.containsKey(entry.hash());
        return room ? entries.put(entry.hash(), entry) : null;
    }

    /** The node as a whole is now like this. */
    void node(NodeFigures now) {
        if (now.draining() && !figures.draining()) {
            // Whoever drains is not to be kept waiting to say so.
            digestNanos = null;
        }
        figures = now;
        anythingNew |= !now.equals(toldFigures);
    }

    /** The same, but that is no reason to tell anything, unless the node begins to drain. */
    void nodeInPassing(NodeFigures now) {
        if (now.draining() != figures.draining()) {
            node(now);
        } else {
            figures = now;
        }
    }

    /** What is to be told now; null for nothing. */
    @Nullable
    ClusterMessage next(long nowNanos) {
        boolean mayTell = digestNanos == null || nowNanos - digestNanos >= leastNanos;
        if (anythingNew && mayTell) {
            digestNanos = nowNanos;
            saidNanos = nowNanos;
            return changes();
        }
        if (saidNanos == null || nowNanos - saidNanos >= beatNanos) {
            saidNanos = nowNanos;
            return new Beat(incarnation, version);
        }
        return null;
    }

    /** In how long {@link #next} has something; at least 0. */
    long delayNanos(long nowNanos) {
        long beat = saidNanos == null ? 0 : saidNanos + beatNanos - nowNanos;
        long digest = digestNanos == null ? 0 : digestNanos + leastNanos - nowNanos;
        return Math.max(0, anythingNew ? Math.min(beat, digest) : beat);
    }

    /** Everything as it was at the last digest's version, or is since: for a peer that asked. */
    Digest full() {
        if (version == 0) {
            version = 1;
        }
        return digest(0, List.copyOf(entries.values()));
    }

    private Digest changes() {
        long base = version++;
        List<Entry> told = new ArrayList<>();
        if (base == 0 || changed.size() > ClusterMessage.MAX_ENTRIES) {
            base = 0;
            told.addAll(entries.values());
        } else {
            for (Long hash : changed) {
                Entry entry = entries.get(hash);
                told.add(entry == null ? Entry.gone(hash) : entry);
            }
        }
        changed.clear();
        anythingNew = false;
        return digest(base, told);
    }

    private Digest digest(long base, List<Entry> told) {
        toldFigures = figures;
        return new Digest(
                incarnation,
                ClusterMessage.PROTOCOL,
                version,
                base,
                figures.draining(),
                figures.freeMemoryBytes(),
                figures.freeCpuMillis(),
                figures.load(),
                told);
    }
}
