package dev.berth.registry;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Saturating;
import dev.berth.call.SlotKey;
import dev.berth.why.Shortage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The slots and waiters of one slot key. The first call's specification is the template of all its
 * containers; only the pull credential follows the calls. Those who belong to it keep its accounts: {@link Slots} and {@link Waiters}.
 *
 * <p>A waiter is in one of five positions: it waits for what is there and {@link Waiter#existingOnly nothing else};
 * or a container was launched for it ({@link Waiter#launch}); or it is {@link #relying} on a container that starts and
 * whose own waiter has left; or it is {@link #starved}, so that a launch must be found for it; or it is
 * {@link #parked}, since a container that is there already will be free for it soon enough. Every relying waiter has
 * arrived before every starved one, and these before the parked.
 */
final class SlotQueue {
    private ContainerSpec template;
    private final Changes changes;
    private @Nullable String registryToken;
    private NodeSnapshot.@Nullable Queue summary;

    /** What its function's calls have shown. */
    final Demand demand;

    private final Learned learned;

    /** Grows by opening; orders queues whose alarms fall together. */
    final long number;

    final Reservation reservation;

    /** How long a slot may be idle. */
    final long idleTimeoutNanos;

    /** Idle slots of this queue may be evicted for others, which gains something. */
    final boolean evictable;

    /** Whether a container of it takes a second call, so that waiting for it may be worth while. */
    final boolean reusable;

    /** How many calls each of its containers takes at once. */
    final int seats;

    /** Containers that run calls and may take more, by how many they run; the fullest goes first, so that others may rest. */
    private final List<Chain<Slot>> open;

    /** How many calls hold a seat. */
    int leased;

    /** Oldest first; the next call takes the last. */
    final Chain<Slot> idle = new Chain<>();

    /** Everybody who waits, in order of arrival. */
    final Chain<Waiter> waiting = new Chain<>();

    final TreeSet<Waiter> relying = new TreeSet<>(Waiter.BY_ARRIVAL);
    final TreeSet<Waiter> starved = new TreeSet<>(Waiter.BY_ARRIVAL);
    final TreeSet<Waiter> parked = new TreeSet<>(Waiter.BY_ARRIVAL);

    /** How many of {@link #waiting} are {@link Waiter#existingOnly}. */
    int existingOnly;

    final Backlog backlog = new Backlog();

    /** When {@link Waiters} looks at the parked again, in nanoseconds of the caller's clock. */
    long alarm;

    boolean alarmSet;

    /** Since when some container of it has been busy, if one is. */
    long busySince;

    /** When a call of it last began. */
    long granted;

    /** When its newest container was launched. */
    long launched;

    /** Containers in every state. */
    int containers;

    int starting;
    int ending;

    /** How many of {@link #idle} are frozen. */
    int frozen;

    /** How many of its containers are kept though nobody calls. {@link Floors} keeps the accounts. */
    int floor;

    /** When a call last said how many are to be. */
    long calledAt;

    /** How many of its containers in a row have failed since one ran a call; if any, when the next may be launched. */
    int floorFailures;

    long floorPause;

    /** When its next call is expected; null: nobody knows. {@link Foresight} keeps it. */
    @Nullable
    Window window;

    /** Its container that was started ahead of a call, until one comes. */
    @Nullable
    Slot guess;

    SlotQueue(ContainerSpec template, Learned learned, long number, Changes changes) {
        this.template = template;
        this.learned = learned;
        this.demand = learned.demand();
        this.number = number;
        this.changes = changes;
        this.registryToken = template.registryToken();
        this.reservation = Reservation.of(template);
        this.idleTimeoutNanos = Saturating.nanos(template.idleTimeout());
        this.evictable = template.evictable() && !reservation.isNothing();
        this.reusable = template.format() != CallFormat.DEFAULT;
        this.seats = template.seats();
        this.open = new ArrayList<>(seats - 1);
        for (int i = 1; i < seats; i++) {
            open.add(new Chain<>());
        }
    }

    ContainerSpec template() {
        return template;
    }

    /** What its containers, which another runner has made, were made from is known now. */
    void confirm(ContainerSpec known) {
        template = known;
        registryToken = known.registryToken();
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

    /**
     * How many waiters that may have one launched have no container on its way: neither their own nor one whose waiter
     * has left.
     */
    int uncovered() {
        int missing = waiting.size() - existingOnly - starting * seats;
        return Math.max(0, Math.min(missing, relying.size() + starved.size() + parked.size()));
    }

    /** Whether it has a container that a call may still get. */
    boolean hasContainers() {
        return live() > 0;
    }

    /** How many containers a call may still get. */
    int live() {
        return containers - ending;
    }

    /** Whether it has no more than are kept though nobody calls. */
    boolean isAtFloor() {
        return live() <= floor;
    }

    /** How many containers run a call. */
    int busy() {
        return containers - starting - ending - idle.size();
    }

    /** A container that takes one more call now; null: none. */
    @Nullable
    Slot free() {
        for (int i = open.size() - 1; i >= 0; i--) {
            Slot slot = open.get(i).last();
            if (slot != null) {
                return slot;
            }
        }
        return idle.last();
    }

    /** Must follow every change of how many of a slot's seats are taken, and of whether it is wanted. */
    void placeOpen(Slot slot) {
        slot.inOpen.unlink();
        if (slot.state == Slot.State.BUSY && !slot.unwanted && slot.taken > 0 && slot.taken < seats) {
            open.get(slot.taken - 1).addLast(slot.inOpen);
        }
    }

    /** When its calls came. */
    Arrivals arrivals() {
        return learned.arrivals();
    }

    /** Must follow every change of how many calls hold a slot or wait for one. */
    void callsChanged(long now) {
        learned.calls((leased + waiting.size() + seats - 1) / seats, now);
    }

    /** How soon the last of so many containers of it will be wanted, as times a second. */
    double soonness(int containers, long now) {
        return learned.arrivals().soonness(containers, learned.usual(), now);
    }

    boolean isUnused() {
        return isEmpty() && window == null;
    }

    /** Whether there is nothing of it, nor is to be. */
    boolean isEmpty() {
        return containers == 0 && floor == 0 && waiting.isEmpty();
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
                    demand.serviceNanos(),
                    demand.startNanos(),
                    floor,
                    seats,
                    leased);
            summary = known;
        }
        return known;
    }
}
