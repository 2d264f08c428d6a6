package dev.berth.error;

import java.time.Duration;

/**
 * How long to wait before something that has failed is tried again: a first pause, doubled with each further failure,
 * up to a longest one.
 */
public record Backoff(Duration first, Duration longest) {
    private static final int MAX_DOUBLINGS = 30;

    public static Backoff of(Duration first, Duration longest) {
        return new Backoff(first, longest);
    }

    /**
     * The pause in milliseconds.
     *
     * @param failures in a row so far; the first pause follows one, or none
     */
    public long millis(int failures) {
        int doublings = Math.max(0, Math.min(failures - 1, MAX_DOUBLINGS));
        return Math.min(longest.toMillis(), first.toMillis() << doublings);
    }

    /** As {@link #millis}. */
    public Duration after(int failures) {
        return Duration.ofMillis(millis(failures));
    }
}
