package dev.berth.registry;

import dev.berth.bus.Addresses;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The leases whose calls may still be on their way to their containers, in the order in which their time runs out.
 * Holders on this node have a long time: they cannot be lost without the whole node, but for a bug. A lease that
 * nobody claims must not keep its slot for ever.
 */
final class Claims {
    private static final Duration HERE = Duration.ofMinutes(1);
    private static final Duration ELSEWHERE = Duration.ofSeconds(2);

    private final String ownAddresses;
    private final Chain<Slot> here = new Chain<>();
    private final Chain<Slot> elsewhere = new Chain<>();

    /** @param incarnation of this node */
    Claims(String incarnation) {
        this.ownAddresses = Addresses.prefix(incarnation);
    }

    /** @return how long the holder has */
    long open(Slot slot, String holder, long now) {
        boolean own = holder.startsWith(ownAddresses);
        long within = (own ? HERE : ELSEWHERE).toNanos();
        slot.holder = holder;
        slot.claimDeadline = now + within;
        (own ? here : elsewhere).addLast(slot.inClaims);
        return within;
    }

    /** The call has come, the lease is over, or its worker has been asked. */
    void settle(Slot slot) {
        slot.inClaims.unlink();
    }

    /** A lease whose time is up, taken off the list; null if there is none now. */
    @Nullable
    Slot nextOverdue(long now) {
        Slot slot = overdue(here, now);
        return slot != null ? slot : overdue(elsewhere, now);
    }

    private @Nullable Slot overdue(Chain<Slot> chain, long now) {
        Slot first = chain.first();
        if (first == null || first.claimDeadline - now > 0) {
            return null;
        }
        settle(first);
        return first;
    }

    OptionalLong nextDeadline() {
        Slot one = here.first();
        Slot other = elsewhere.first();
        Slot next = one == null || (other != null && other.claimDeadline - one.claimDeadline < 0) ? other : one;
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.claimDeadline);
    }
}
