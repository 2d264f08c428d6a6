package dev.berth.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The calls that one container runs, or is to run as soon as it is awake. Where there are several and one has spoilt the
 * container, the others go on, and no further one is taken. Confined to the worker's context.
 */
final class Seats {
    private final int most;
    private final List<ActiveCall> calls = new ArrayList<>(1);
    private boolean spoilt;

    /** @param most calls at once; at least 1 */
    Seats(int most) {
        this.most = most;
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    boolean isShared() {
        return most > 1;
    }

    /** Whether a call may join those that are there. */
    boolean takeMore() {
        return !spoilt && !calls.isEmpty() && calls.size() < most;
    }

    void add(ActiveCall call) {
        calls.add(call);
    }

    /** Whether it was there. */
    boolean remove(ActiveCall call) {
        return calls.remove(call);
    }

    boolean has(ActiveCall call) {
        return calls.contains(call);
    }

    /** Whether it is the only one. */
    boolean isAlone() {
        return calls.size() == 1;
    }

    boolean hasLease(long lease) {
        return calls.stream().anyMatch(call -> call.lease() == lease);
    }

    /** A copy. */
    List<ActiveCall> all() {
        return List.copyOf(calls);
    }

    /** A call has left the container in a state that no other may find. */
    void spoil() {
        spoilt = true;
    }

    boolean isSpoilt() {
        return spoilt;
    }

    /** In how many nanoseconds the first of them has to end, but for those that have broken off already. */
    OptionalLong leastLeft() {
        return calls.stream()
                .filter(call -> !call.broken())
                .mapToLong(ActiveCall::left)
                .min();
    }
}
