package dev.berth.registry;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Saturating;
import dev.berth.call.SlotKey;
import dev.berth.why.Shortage;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The slots and waiters of one slot key. The first call's specification is the template of all its
 * containers; only the pull credential follows the calls. Those who belong to it keep its accounts: {@link Slots} and {@link Waiters}.
 *
 * <p>A waiter is in one of three positions: a container was launched for it ({@link Waiter#launch}); or it
 * is {@link #relying} on a container that starts and whose own waiter has left; or it is {@link #starved},
 * so that a launch must be found for it. Every relying waiter has arrived before every starved one.
 */
final class SlotQueue {
    private final ContainerSpec template;
    private final Changes changes;
    private @Nullable String registryToken;
    private NodeSnapshot.@Nullable Queue summary;

    /** How long calls hold their slots. */
    final MovingAverage service = new MovingAverage();

    /** How long containers take to start. */
    final MovingAverage start = new MovingAverage();

    final Reservation reservation;

    /** How long a slot may be idle. */
    final long idleTimeoutNanos;

    /** Idle slots of this queue may be evicted for others, which gains something. */
    final boolean evictable;

    /** Oldest first; the next call takes the last. */
    final Chain<Slot> idle = new Chain<>();

    /** Everybody who waits, in order of arrival. */
    final Chain<Waiter> waiting = new Chain<>();

    final TreeSet<Waiter> relying = new TreeSet<>(Waiter.BY_ARRIVAL);
    final TreeSet<Waiter> starved = new TreeSet<>(Waiter.BY_ARRIVAL);

    /** Containers in every state. */
    int containers;

    int starting;
    int ending;

    /** How many of {@link #idle} are frozen. */
    int frozen;

    SlotQueue(ContainerSpec template, Changes changes) {
        this.template = template;
        this.changes = changes;
        this.registryToken = template.registryToken();
        this.reservation = Reservation.of(template);
        this.idleTimeoutNanos = Saturating.nanos(template.idleTimeout());
        this.evictable = template.evictable() && !reservation.isNothing();
    }

    SlotKey key() {
        return template.key();
    }

    String image() {
        return template.image();
    }

    CallFormat format() {
        return template.format();
    }

    /** What its containers hold together. */
    Shortage.Holder held() {
        return new Shortage.Holder(image(), reservation.bytes() * containers, reservation.cpuMillis() * containers);
    }

    /** Remembers the newest credential: the one of the first call may have expired by the next launch. */
    void noteToken(@Nullable String token) {
        if (token != null && !token.isEmpty()) {
            registryToken = token;
        }
    }

    /** What a container launched now is made from. */
    ContainerSpec launchSpec() {
        return template.withRegistryToken(registryToken);
    }

    /** How many waiters have no container on its way: neither their own nor one whose waiter has left. */
    int uncovered() {
        int missing = waiting.size() - starting;
        return Math.max(0, Math.min(missing, relying.size() + starved.size()));
    }

    /** How many containers run a call. */
    int busy() {
        return containers - starting - ending - idle.size();
    }

    boolean isUnused() {
        return containers == 0 && waiting.isEmpty();
    }

    /** Must follow every change of what {@link #snapshot} tells. */
    void changed() {
        summary = null;
        changes.note(this);
    }

    /** Made anew only after a change. */
    NodeSnapshot.Queue snapshot() {
        NodeSnapshot.Queue known = summary;
        if (known == null) {
            known = new NodeSnapshot.Queue(
                    key(),
                    template.image(),
                    idle.size(),
                    frozen,
                    busy(),
                    starting,
                    waiting.size(),
                    service.value(),
                    start.value());
            summary = known;
        }
        return known;
    }
}
