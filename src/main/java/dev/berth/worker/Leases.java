package dev.berth.worker;

import java.util.TreeSet;

/**
 * The leases of one container that its worker has heard of: none is taken twice. Leases are numbered in the order in
 * which they are granted, but where several are out at once their calls may come in another. Confined to the worker's
 * context.
 */
final class Leases {
    /** Of a container that takes several calls, so many times as many leases are remembered one by one. */
    private static final int REMEMBERED = 16;

    private final int most;
    private final TreeSet<Long> spent = new TreeSet<>();

    /** None up to this one is taken any more. */
    private long over;

    private long newest;

    /** @param seats how many may be out at once */
    Leases(int seats) {
        this.most = seats == 1 ? 0 : REMEMBERED * seats;
    }

    /** Whether nobody has come under it yet, and it has not been revoked. */
    boolean isNew(long lease) {
        return lease > over && !spent.contains(lease);
    }

    /** Whether it {@link #isNew was new}; it is not any more. */
    boolean spend(long lease) {
        if (!isNew(lease)) {
            return false;
        }
        newest = Math.max(newest, lease);
        if (most == 0) {
            over = lease;
            return true;
        }
        spent.add(lease);
        if (spent.size() > most) {
            over = spent.pollFirst();
        }
        return true;
    }

    /** The highest spent; 0: none yet. */
    long newest() {
        return newest;
    }
}
