package dev.berth.bus;

/**
 * What the calls of a function have shown, as a runner tells the next one that takes its containers over.
 *
 * @param serviceNanos how long a call holds its slot, with some caution; 0: not measured
 * @param startNanos how long a container takes to start that starts alone, with some caution; 0: not measured
 */
public record Shown(long serviceNanos, long startNanos) {
    /** Nothing. */
    public static final Shown NONE = new Shown(0, 0);

    private static final long MOST_NANOS = 24L * 3600 * 1_000_000_000;

    public Shown {
        if (serviceNanos < 0 || serviceNanos > MOST_NANOS || startNanos < 0 || startNanos > MOST_NANOS) {
            throw new IllegalArgumentException("times of calls and starts are of a day at most");
        }
    }

    /** Of times of any length. */
    public static Shown of(long serviceNanos, long startNanos) {
        return new Shown(Math.min(serviceNanos, MOST_NANOS), Math.min(startNanos, MOST_NANOS));
    }
}
