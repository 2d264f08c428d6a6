package dev.berth.engine.docker;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Containers that hold a network name space ready each. Making one is most of what a container's start costs; a
 * function that joins one starts in less than half the time. May be used on any context.
 */
interface NetworkPool {
    /** Begins to fill it; nobody has to wait for that. */
    void start();

    /** Null if none is free: whoever asks is not to wait for one. */
    @Nullable
    NetworkLease take();

    /** No container will be started any more: what is free can go. */
    default void startsEnd() {}

    /** Removes them all. Does not fail. */
    Future<Void> close();
}
