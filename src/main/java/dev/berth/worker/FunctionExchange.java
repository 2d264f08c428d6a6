package dev.berth.worker;

import dev.berth.engine.ExitStatus;

/**
 * How calls are put to one container's function and its answers fetched; one implementation per call
 * format. One call at a time, or as many as the container takes. Confined to the worker's context.
 */
interface FunctionExchange {
    /** What a call that was broken off leaves the container in. */
    enum Left {
        /** The function has seen nothing of the call. */
        UNTOUCHED,
        /** The function has seen of the call, and the container could take another once it has ended this one. */
        USABLE,
        SPOILT
    }

    /**
     * Puts a call to the function. Ends it by {@link ActiveCall#succeed} or {@link ActiveCall#fail}, later and
     * once, unless {@link #abort} comes first.
     */
    void begin(ActiveCall call);

    /**
     * Breaks off a call under way: the function must not take what it got for the whole request. Neither
     * ends the call nor is heard of it again.
     */
    Left abort(ActiveCall call);

    /** A call that has begun is over, and its owner knows. */
    default void over(ActiveCall call) {}

    /**
     * The container's process has ended.
     *
     * @return whether the exchange sees to it: it ends the call under way accordingly, or the one yet to come
     */
    boolean exited(ExitStatus status);

    /** The container is about to be frozen; there is no call. */
    void suspend();

    /** The container is frozen; there is no call. What can be got ready for the one that will wake it is got ready. */
    void asleep();

    /** The function has not been called for as long as an idle connection is kept. */
    void idle();

    /** The container is going away; there is no call. */
    void close();
}
