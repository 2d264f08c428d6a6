package dev.berth.registry;

/** Room for one call in a container, and who has it. {@link Slots} gives it and takes it back. */
final class Seat {
    final Slot slot;

    boolean taken;

    /** The number of the current lease, or of the last one; 0 before the first. */
    long lease;

    /** When it was leased last, in nanoseconds of the caller's clock. */
    long since;

    /** Address of the ingress that has, or had, the lease. */
    String holder = "";

    /** While the call of the lease may still be on its way: when that is too long, in nanoseconds of the caller's clock. */
    long claimDeadline;

    final Chain.Link<Seat> inClaims = new Chain.Link<>(this);

    Seat(Slot slot) {
        this.slot = slot;
    }
}
