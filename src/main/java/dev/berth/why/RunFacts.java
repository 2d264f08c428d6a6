package dev.berth.why;

/**
 * What a worker knows of a call once it is over.
 *
 * @param wakeNanos how long it took to wake a frozen container for it; 0: it did not have to be woken
 * @param wokenByEngine whether the engine had to wake it, which takes longer than the freezer's own file
 * @param fate what became of the container by the call
 * @param truth {@link Truth#NONE}: not measured, or not yet
 */
public record RunFacts(long wakeNanos, boolean wokenByEngine, ContainerFate fate, Truth truth) {
    public static final RunFacts NONE = new RunFacts(0, false, ContainerFate.UNKNOWN, Truth.NONE);

    public RunFacts with(Truth measured) {
        return new RunFacts(wakeNanos, wokenByEngine, fate, measured);
    }
}
