package dev.berth.registry;

/**
 * For how long calls of a queue have waited beside containers that ran, all of them together, the newest counting most.
 * Where that goes on, one container more is worth its start, however short each single wait is. Pure: times are passed
 * in, of a clock that may wrap round. Not thread-safe.
 */
final class Backlog {
    private double waited;
    private int waiting;
    private long since;

    /**
     * It is so late now.
     *
     * @param fade after how many nanoseconds a wait counts 1/e; positive
     */
    void pass(long fade, long now) {
        if (waited > 0 || waiting > 0) {
            double left = Math.exp(-(double) Math.max(0, now - since) / fade);
            waited = waited * left + waiting * (1 - left) * fade;
            // Less than a microsecond is nothing, so that a hot call of an idle queue reckons nothing.
            waited = waited < 1_000 ? 0 : waited;
        }
        since = now;
    }

    /** So many wait from {@link #pass now} on. */
    void set(int calls) {
        waiting = calls;
    }

    /** In nanoseconds, up to {@link #pass now}. */
    double nanos() {
        return waited;
    }

    /** It has been answered: it begins anew. */
    void clear() {
        waited = 0;
    }
}
