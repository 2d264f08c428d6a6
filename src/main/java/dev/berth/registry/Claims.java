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
    private final Chain<Seat> here = new Chain<>();
    private final Chain<Seat> elsewhere = new Chain<>();

    /** @param incarnation of this node */
    Claims(String incarnation) {
        this.ownAddresses = Addresses.prefix(incarnation);
    }

    void open(Seat seat, String holder, long now) {
        boolean own = holder.startsWith(ownAddresses);
        seat.holder = holder;
        seat.claimDeadline = now + (own ? HERE : ELSEWHERE).toNanos();
        (own ? here : elsewhere).addLast(seat.inClaims);
    }

    /** The call has come, the lease is over, or its worker has been asked. */
    void settle(Seat seat) {
        seat.inClaims.unlink();
    }

    /** A lease whose time is up, taken off the list; null if there is none now. */
    @Nullable
    Seat nextOverdue(long now) {
        Seat seat = overdue(here, now);
        return seat != null ? seat : overdue(elsewhere, now);
    }

    private @Nullable Seat overdue(Chain<Seat> chain, long now) {
        Seat first = chain.first();
        if (first == null || first.claimDeadline - now > 0) {
            return null;
        }
        settle(first);
        return first;
    }

    OptionalLong nextDeadline() {
        Seat one = here.first();
        Seat other = elsewhere.first();
        Seat next = one == null || (other != null && other.claimDeadline - one.claimDeadline < 0) ? other : one;
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.claimDeadline);
    }
}
