package dev.berth.cluster;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One line for each change of a peer's state, and one a minute while too few nodes are there. */
final class PeerLog {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final long REMIND_NANOS = 60_000_000_000L;

    private final int leastMembers;
    private boolean few;
    private long toldNanos;

    PeerLog(int leastMembers) {
        this.leastMembers = leastMembers;
    }

    /** To be told at every tick how many members there are, this one included. */
    void members(int count, long nowNanos) {
        boolean tooFew = count < Math.max(2, leastMembers);
        if (tooFew && (!few || nowNanos - toldNanos >= REMIND_NANOS)) {
            toldNanos = nowNanos;
            LOG.atWarn()
                    .addKeyValue("members", count)
                    .addKeyValue("leastMembers", leastMembers)
                    .log(count < leastMembers ? "not ready: too few nodes" : "alone: no other node is reached");
        }
        few = tooFew;
    }

    void tell(PeerEffect effect) {
        if (effect instanceof PeerEffect.Changed changed) {
            boolean bad = changed.to() == PeerState.SUSPECT || changed.to() == PeerState.LOST;
            LOG.atLevel(bad ? Level.WARN : Level.INFO)
                    .addKeyValue("peer", changed.peer())
                    .addKeyValue("incarnation", changed.peer().incarnation())
                    .addKeyValue("from", changed.from())
                    .addKeyValue("to", changed.to())
                    .log("peer: {}", changed.why());
        } else if (effect instanceof PeerEffect.Incompatible other) {
            LOG.atWarn()
                    .addKeyValue("peer", other.peer())
                    .addKeyValue("protocol", other.peer().protocol())
                    .addKeyValue("version", other.peer().version())
                    .log("peer speaks another protocol: no calls are shared with it");
        } else if (effect instanceof PeerEffect.Twin twin) {
            LOG.atError()
                    .addKeyValue("peer", twin.older())
                    .addKeyValue("incarnation", twin.older().incarnation())
                    .log("another node has this one's node.id, and has started first: this one stops");
        } else if (effect instanceof PeerEffect.Paused paused) {
            LOG.atWarn()
                    .addKeyValue("millis", paused.nanos() / 1_000_000)
                    .log("this process stood still: what it knew of others is dropped");
        }
    }
}
