package dev.berth.worker;

/**
 * How calls are put to one container's function and its answers fetched; one implementation per call
 * format. One call at a time. Confined to the worker's context.
 */
interface FunctionExchange {

    /**
     * Puts a call to the function. Ends it by {@link ActiveCall#succeed} or {@link ActiveCall#fail}, later and
     * once, unless {@link #abort} comes first.
     */
    void begin(ActiveCall call);

    /**
     * Breaks off the call under way: the function must not take what it got for the whole request. Neither
     * ends the call nor is heard of it again.
     *
     * @return whether the container could still take another call, as far as the exchange is concerned
     */
    boolean abort();

    /** The container is about to be frozen; there is no call. */
    void suspend();

    /** The function has not been called for as long as an idle connection is kept. */
    void idle();

    /** The container is going away; there is no call. */
    void close();
}
